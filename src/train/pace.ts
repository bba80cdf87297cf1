/** How many steps a submit holds: enough to keep the GPU busy, short enough that the page stays alive and Pause is answered at once. */
import { RING_SLOTS } from '../engine/plan.ts';

/** Milliseconds a submit should last while the page is visible, and when only speed counts. */
const VISIBLE = 12;
const HIDDEN = 50;

export class Pace {
  /** Steps of the next submit. */
  steps = 1;
  visible = true;
  private ms = 0;
  private last = 0;

  /** `elapsed`: from sending to the result. With two submits in flight the time between results is what a submit costs. */
  measured(steps: number, elapsed: number, now = performance.now()): void {
    const between = this.last > 0 ? now - this.last : elapsed;
    this.last = now;
    const each = Math.min(elapsed, between) / steps;
    this.ms = this.ms === 0 ? each : 0.7 * this.ms + 0.3 * each;
    const wish = (this.visible ? VISIBLE : HIDDEN) / this.ms;
    // At most doubled at a time: one lucky measurement must not send a submit of seconds.
    this.steps = Math.max(1, Math.min(RING_SLOTS, 2 * this.steps, Math.floor(wish)));
  }

  /** Something else ran in between: the time since the last result says nothing. */
  interrupted(): void {
    this.last = 0;
  }

  /** Evaluation batches of one submit: a forward pass costs about a third of a step. */
  get batches(): number {
    return Math.min(RING_SLOTS, 3 * this.steps + 1);
  }

  /** Milliseconds a step; 0 before the first measurement. */
  get msPerStep(): number {
    return this.ms;
  }
}
