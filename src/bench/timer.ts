/** Times dispatches as they are used: many in one pass, ended by a read-back. Never a single one: clocks are coarse and launches are not free. */
import type { Dispatch, RacePlan } from '../engine/plan.ts';
import { STEP_WORDS } from '../engine/plan.ts';
import type { GpuDataset } from '../gpu/dataset.ts';
import type { Gpu } from '../gpu/device.ts';
import { Program } from '../gpu/program.ts';

/** Milliseconds of one batch: long against the clock, short against a watchdog. */
const BATCH_MS = 40;
const MOST = 2000;
const ROUNDS = 5;
/** A kernel whose first two runs take longer than this is measured once more and no oftener. */
const SLOW_MS = 400;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Milliseconds of one run of `dispatch`, a part of `plan`. */
export async function timeDispatch(gpu: Gpu, plan: RacePlan, dispatch: Dispatch, dataset: GpuDataset): Promise<number> {
  const program = await Program.create(gpu, { ...plan, train: [dispatch], evaluate: [] }, dataset);
  try {
    const [command] = await program.commands([dispatch]);
    const row = new Uint32Array(STEP_WORDS * plan.lanes);
    const time = async (count: number): Promise<number> => {
      const began = performance.now();
      await program.submit(new Array(count).fill(command), row, program.buffer('ring'), 16);
      return performance.now() - began;
    };
    await time(1);
    let count = 1;
    let ms = await time(1);
    if (ms > SLOW_MS) return Math.min(ms, await time(1));
    while (ms < BATCH_MS && count < MOST) {
      count = Math.min(MOST, Math.max(2 * count, Math.floor((count * BATCH_MS) / Math.max(ms, 0.05))));
      ms = await time(count);
    }
    const each = [ms / count];
    for (let round = 1; round < ROUNDS; round++) each.push((await time(count)) / count);
    return median(each);
  } finally {
    program.destroy();
  }
}
