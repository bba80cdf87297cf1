/**
 * Which variant of a kernel is fastest on this adapter. Batches of dispatches, ended by a read-back (clocks are coarse, launches are not
 * free), candidates in turn, medians; a candidate must give the same bits as the others. Short batches, so that training that runs
 * meanwhile and the page go on.
 */
import { oddOnes, Rig, type Tunable } from './variants.ts';

/** Milliseconds of one batch, and of everything. */
const BATCH = 8;
const BUDGET = 2000;
const MOST = 500;
const ROUNDS = 3;
/** A candidate must be clearly faster than the default: differences within noise mean nothing. */
const CLEARLY = 0.95;

export interface TunerOptions {
  /** Milliseconds in all; what is not reached keeps its default until another time. */
  budget?: number;
  /** Asked between batches. */
  stop?: () => boolean;
  now?: () => number;
}

/** Choices by key, and what was found to be wrong ("conv2d forward 4×7×8"). */
export interface Tuned {
  choices: Map<string, string>;
  wrong: string[];
}

/** The fastest by the times of several rounds; the first unless another is clearly faster in the median. */
export function fastest(times: ReadonlyMap<string, readonly number[]>): string {
  const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
  const [[first, own], ...others] = [...times];
  const limit = CLEARLY * median(own);
  let best = { name: first, ms: limit };
  for (const [name, values] of others) if (median(values) < best.ms) best = { name, ms: median(values) };
  return best.name;
}

async function tuneOne(device: GPUDevice, dispatch: Tunable, wrong: string[], stop: () => boolean): Promise<string | null> {
  const { variants, kernel } = dispatch.tuning;
  const rig = new Rig(device, dispatch);
  try {
    const odd = await oddOnes(rig, variants);
    wrong.push(...[...odd].map((name) => `${kernel} ${name}`));
    const good = variants.filter(({ name }) => !odd.has(name));
    const single = await rig.time(good[0], 1);
    const count = Math.max(1, Math.min(MOST, Math.floor(BATCH / Math.max(single, 0.01))));
    const times = new Map<string, number[]>(good.map(({ name }) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const variant of good) {
        if (stop()) return null;
        times.get(variant.name)?.push((await rig.time(variant, count)) / count);
      }
    }
    return fastest(times);
  } finally {
    rig.destroy();
  }
}

/** Times what `known` does not have yet. */
export async function tune(
  device: GPUDevice,
  dispatches: readonly Tunable[],
  known: ReadonlyMap<string, string>,
  { budget = BUDGET, stop = () => false, now = () => performance.now() }: TunerOptions = {},
): Promise<Tuned> {
  const tuned: Tuned = { choices: new Map(), wrong: [] };
  const end = now() + budget;
  for (const dispatch of dispatches) {
    const { key, variants } = dispatch.tuning;
    if (known.has(key) || tuned.choices.has(key) || variants.length < 2) continue;
    if (stop() || now() > end) break;
    const name = await tuneOne(device, dispatch, tuned.wrong, () => stop() || now() > end);
    if (name !== null) tuned.choices.set(key, name);
  }
  return tuned;
}

/** How many variants beside the chosen one a check tries. */
const OTHERS = 3;

/** Checks the variant that each dispatch uses against others: choices that replace wrong ones, and sentences about them. */
export async function checkVariants(
  device: GPUDevice,
  dispatches: readonly Tunable[],
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Tuned> {
  const tuned: Tuned = { choices: new Map(), wrong: [] };
  for (const [i, dispatch] of dispatches.entries()) {
    onProgress(i, dispatches.length);
    const { key, kernel, chosen, variants } = dispatch.tuning;
    if (variants.length < 2 || tuned.choices.has(key)) continue;
    const own = variants.filter(({ name }) => name === chosen);
    const others = variants.filter(({ name }) => name !== chosen);
    const tried = [...own, ...others.slice(0, OTHERS - 1), ...others.slice(OTHERS - 1).slice(-1)];
    const rig = new Rig(device, dispatch);
    const odd = await oddOnes(rig, tried).finally(() => rig.destroy());
    if (!odd.has(chosen)) continue;
    const next = tried.find(({ name }) => !odd.has(name));
    if (!next) continue;
    tuned.choices.set(key, next.name);
    tuned.wrong.push(`${kernel}: tile ${chosen} gives wrong results on this GPU and was replaced by ${next.name}`);
  }
  return tuned;
}
