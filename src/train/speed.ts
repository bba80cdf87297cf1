/** Steps a second over the last seconds, and the seconds of training so far. */
const WINDOW = 3000;

export class Speed {
  private marks: { time: number; step: number }[] = [];
  private before = 0;
  private since: number | null = null;

  reset(): void {
    this.marks = [];
    this.before = 0;
    if (this.since !== null) this.since = performance.now();
  }

  start(): void {
    this.marks = [];
    this.since = performance.now();
  }

  stop(): void {
    if (this.since !== null) this.before += performance.now() - this.since;
    this.since = null;
  }

  /** Seconds of training, pauses left out. */
  get seconds(): number {
    return (this.before + (this.since === null ? 0 : performance.now() - this.since)) / 1000;
  }

  at(step: number): void {
    const time = performance.now();
    this.marks.push({ time, step });
    while (this.marks.length > 2 && time - this.marks[0].time > WINDOW) this.marks.shift();
  }

  get perSecond(): number {
    if (this.marks.length < 2) return 0;
    const first = this.marks[0];
    const last = this.marks[this.marks.length - 1];
    return last.time > first.time ? (1000 * (last.step - first.step)) / (last.time - first.time) : 0;
  }
}
