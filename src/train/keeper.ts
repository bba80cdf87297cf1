/**
 * Keeps a trainer alive: when its device is lost, a new one takes its place, from the last checkpoint, and the steps since then are done
 * once more with identical results. What comes next must act on the weights that the page has seen.
 */
import { DeviceLostError, type Gpu, LimitError } from '../gpu/device.ts';
import { ModelError } from '../model/types.ts';
import type { LaneSnapshot } from './group.ts';
import type { Lane } from './lane.ts';
import type { Lease } from './lease.ts';
import type { Trainer } from './trainer.ts';

interface KeeperEvents {
  build(gpu: Gpu, lanes: Lane[], snapshots: ReadonlyMap<string, LaneSnapshot> | undefined): Promise<Trainer>;
  /** The furthest step that the page knows of. */
  reached(): number;
  resumed(step: number): void;
  /** Nobody wants this trainer any more. */
  stale(): boolean;
}

/** Milliseconds that the news of a loss may come after its first victim. */
const NEWS = 500;
/** Lost devices in a row without a new step. */
const FRUITLESS = 4;

/** Whether a failure is that of a device that is gone. */
async function isGone(gpu: Gpu, error: unknown): Promise<boolean> {
  if (error instanceof LimitError || error instanceof ModelError) return false;
  await Promise.race([gpu.lost, new Promise((resolve) => setTimeout(resolve, NEWS))]);
  return gpu.isLost();
}

export class Keeper {
  trainer: Trainer | null = null;
  private checkpoint: { at: number; snapshots: Map<string, LaneSnapshot> } | null = null;
  private reviving: Promise<void> | null = null;
  private lastLoss = { step: -1, times: 0 };
  private readonly lease: Lease;
  private readonly events: KeeperEvents;

  constructor(lease: Lease, events: KeeperEvents) {
    this.lease = lease;
    this.events = events;
  }

  /** Frees the trainer and forgets where it was. */
  drop(): void {
    this.trainer?.destroy();
    this.trainer = null;
    this.forget();
  }

  forget(): void {
    this.checkpoint = null;
    this.lastLoss = { step: -1, times: 0 };
  }

  /** Milliseconds since the last checkpoint. */
  get age(): number {
    return performance.now() - (this.checkpoint?.at ?? 0);
  }

  /** From here on training is taken up again, should the device be lost. Comes back with the snapshots, to be changed with the runs. */
  async mark(trainer: Trainer): Promise<Map<string, LaneSnapshot>> {
    const snapshots = await trainer.snapshot();
    this.checkpoint = { at: performance.now(), snapshots };
    return snapshots;
  }

  /** A trainer at step 0. */
  async create(lanes: Lane[]): Promise<Trainer> {
    this.drop();
    this.trainer = await this.build(lanes, () => Promise.resolve());
    return this.trainer;
  }

  /** A trainer at the checkpoint on which `prepare` has succeeded; as often as devices are lost meanwhile, within reason. */
  private async build(lanes: Lane[], prepare: (trainer: Trainer) => Promise<void>): Promise<Trainer> {
    for (;;) {
      const gpu = await this.lease.acquire();
      try {
        for (const lane of lanes) lane.frozen = null;
        const trainer = await this.events.build(gpu, lanes, this.checkpoint?.snapshots);
        await prepare(trainer);
        return trainer;
      } catch (error) {
        if (!(await isGone(gpu, error))) throw error;
        this.count();
      }
    }
  }

  /** Throws when devices are lost again and again without a step between. */
  private count(): void {
    const step = this.events.reached();
    this.lastLoss = { step, times: this.lastLoss.step === step ? this.lastLoss.times + 1 : 1 };
    if (this.lastLoss.times < FRUITLESS) return;
    this.lastLoss.times = 0;
    throw new DeviceLostError(`The GPU was lost again and again after step ${step}. A smaller model or batch may help.`);
  }

  /** Does something with the trainer; false if its device was lost meanwhile: then training stands where it stood, and it may be tried again. */
  async use(action: (trainer: Trainer) => Promise<unknown>): Promise<boolean> {
    const { trainer } = this;
    if (!trainer) return true;
    try {
      await action(trainer);
      const [wrong] = trainer.gpu.errors.splice(0);
      if (wrong && !trainer.gpu.isLost()) throw new Error(`The GPU reported an error: ${wrong}`);
      return true;
    } catch (error) {
      if (!(await isGone(trainer.gpu, error))) throw error;
      await this.revive();
      return false;
    }
  }

  /** Does nothing while the trainer's device is there. */
  revive(): Promise<void> {
    this.reviving ??= this.rebuild().finally(() => {
      this.reviving = null;
    });
    return this.reviving;
  }

  private async rebuild(): Promise<void> {
    const { trainer, events } = this;
    if (!trainer?.gpu.isLost() || events.stale()) return;
    this.count();
    const reached = events.reached();
    this.trainer = await this.build(trainer.lanes, async (next) => {
      events.resumed(next.leader);
      await next.train(reached, () => events.stale());
    });
  }
}
