/** Short messages that go by themselves, with at most one thing to press. */
import { createStore } from 'zustand/vanilla';

export interface Toast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

export const toastStore = createStore<{ toasts: readonly Toast[] }>(() => ({ toasts: [] }));

const SHOWN_MS = 5000;
const SHOWN_WITH_ACTION_MS = 10_000;
const MOST = 3;

let next = 1;

export function toast(text: string, action?: Toast['action']): void {
  const id = next++;
  toastStore.setState(({ toasts }) => ({ toasts: [...toasts.slice(1 - MOST), { id, text, action }] }));
  release(id, action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

const timers = new Map<number, ReturnType<typeof setTimeout>>();

/** It stays while somebody reads it, or is about to press what it offers. */
export function hold(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** It goes by itself (again). */
export function release(id: number, after = SHOWN_MS): void {
  hold(id);
  timers.set(
    id,
    setTimeout(() => dismiss(id), after),
  );
}

export function dismiss(id: number): void {
  hold(id);
  toastStore.setState(({ toasts }) => ({ toasts: toasts.filter((t) => t.id !== id) }));
}
