/** How many steps a submit holds: enough to keep the GPU busy, short enough that the page stays alive and Pause is answered at once. */
import { RING_SLOTS } from '../engine/plan.ts';

/** Milliseconds a submit should last while the page is looked at: within 8 and 16, a frame of the screen. */
const VISIBLE = 12;
/** And when only speed counts: what is measured wavers, and none may last 100. */
const FAST = 70;

/** What the visitor wants; changes while training. */
export interface Demand {
  visible: boolean;
  /** Speed counts more than a lively page. */
  maxSpeed: boolean;
}

export class Pace {
  /** Steps of the next submit. */
  steps = 1;
  demand: Readonly<Demand> = { visible: true, maxSpeed: false };
  private ms = 0;
  private last = 0;

  /** Only speed counts: nobody looks, or who does wants it so. */
  get fast(): boolean {
    return this.demand.maxSpeed || !this.demand.visible;
  }

  /** `elapsed`: from sending to the result. With two submits in flight the time between results is what a submit costs. */
  measured(steps: number, elapsed: number, now = performance.now()): void {
    const between = this.last > 0 ? now - this.last : elapsed;
    this.last = now;
    const each = Math.min(elapsed, between) / steps;
    this.ms = this.ms === 0 ? each : 0.7 * this.ms + 0.3 * each;
    const wish = (this.fast ? FAST : VISIBLE) / this.ms;
    // At most doubled at a time: one lucky measurement must not send a submit of seconds.
    this.steps = Math.max(1, Math.min(RING_SLOTS, 2 * this.steps, Math.round(wish)));
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

/**
 * What making feature maps may cost: this share of the time since the last ones. A software adapter computes on the cores that show them,
 * too, which costs more than making them.
 */
const SHARE = 0.025;
const SHARE_SOFTWARE = 0.004;

/** When to paint while training: so seldom that it takes no more than its share of the time. */
export class PaintPace {
  private next = 0;

  /** `least`: milliseconds between two, however cheap they are. */
  constructor(
    private readonly share = SHARE,
    private readonly shareSoftware = SHARE_SOFTWARE,
    private readonly least = 0,
  ) {}

  due(now = performance.now()): boolean {
    return now >= this.next;
  }

  /** Something else is to be seen: not to be waited for. */
  hurry(): void {
    this.next = 0;
  }

  painted(began: number, software: boolean, now = performance.now()): void {
    this.next = began + Math.max(this.least, (now - began) / (software ? this.shareSoftware : this.share));
  }
}
