/** Long work in small steps: run through at once, or with pauses in which the event loop can answer messages. */

/** Told the share that is done, 0 … 1. */
export type Progress = (fraction: number) => void;

/** Yields the share that is done, returns the result. */
export type Steps<T> = Generator<number, T>;

/** Milliseconds of work between two pauses. */
const SLICE = 50;

/** Runs the work through. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Lets the event loop answer what waits (a macrotask: promises alone would not let messages in). */
export const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Runs the work in slices of about 50 ms; `onProgress` hears of each slice and of the end (1). */
export async function finishSlowly<T>(steps: Steps<T>, onProgress?: Progress): Promise<T> {
  let until = performance.now() + SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done) {
      onProgress?.(1);
      return step.value;
    }
    if (performance.now() < until) continue;
    onProgress?.(step.value);
    await breathe();
    until = performance.now() + SLICE;
  }
}
