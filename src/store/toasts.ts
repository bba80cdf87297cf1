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
  setTimeout(() => dismiss(id), action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
}

export function dismiss(id: number): void {
  toastStore.setState(({ toasts }) => ({ toasts: toasts.filter((t) => t.id !== id) }));
}
