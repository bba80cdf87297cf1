/** Messages that go by themselves, and not from under a hand. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { dismiss, hold, release, toast, toastStore } from '../../src/store/toasts.ts';

const shown = (): string[] => toastStore.getState().toasts.map(({ text }) => text);
const idOf = (text: string): number => toastStore.getState().toasts.find((found) => found.text === text)!.id;

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  for (const { id } of toastStore.getState().toasts) dismiss(id);
  vi.useRealTimers();
});

it('go after a while, later where there is something to press, and never more than three', () => {
  for (const text of ['one', 'two', 'three']) toast(text);
  toast('four', { label: 'Undo', run: () => undefined });
  expect(shown()).toEqual(['two', 'three', 'four']);
  vi.advanceTimersByTime(5000);
  expect(shown()).toEqual(['four']);
  vi.advanceTimersByTime(5000);
  expect(shown()).toEqual([]);
});

it('stay while they are held, and go when they are let go', () => {
  toast('held');
  hold(idOf('held'));
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(['held']);
  release(idOf('held'));
  vi.advanceTimersByTime(4999);
  expect(shown()).toEqual(['held']);
  vi.advanceTimersByTime(1);
  expect(shown()).toEqual([]);
});
