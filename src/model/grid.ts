/** "These runs × these seeds": the grid from which means and intervals come. */
import { same } from './diff.ts';
import { RUNS } from './experiment.ts';
import type { RunSpec } from './types.ts';
import { ModelError } from './types.ts';

/** How many seeds a grid may have. */
export const SEEDS = { min: 2, max: 10 } as const;
const MOST_SEED = 2 ** 32 - 1;
const MOST_NAME = 80;
const SUFFIX = / · seed \d+( \(\d+\))?$/;

export interface Seeds {
  count: number;
  first: number;
}

/** Runs that differ in nothing but the seed, known by the first of them. */
export interface Family {
  /** Without "· seed 2". */
  name: string;
  color: number;
  spec: RunSpec;
}

/** What is trained, apart from the seed. */
const recipe = ({ name: _, color: __, hidden: ___, seed: ____, ...rest }: RunSpec): Omit<RunSpec, 'name'> => rest;

/** A grid made from a grid is made from what the grid was made of. `colors`: of every run, index into the palette. */
export function families(runs: readonly RunSpec[], colors: readonly number[]): Family[] {
  const found: Family[] = [];
  for (const [i, spec] of runs.entries()) {
    if (found.some((family) => same(recipe(family.spec), recipe(spec)))) continue;
    found.push({ name: distinct(spec.name.replace(SUFFIX, ''), found), color: colors[i] ?? i, spec });
  }
  return found;
}

/** Two runs called "SGD" would give two called "SGD · seed 1". */
function distinct(name: string, among: readonly Family[]): string {
  const taken = new Set(among.map((family) => family.name));
  if (!taken.has(name)) return name;
  for (let n = 2; ; n++) if (!taken.has(`${name} ${n}`)) return `${name} ${n}`;
}

/** @throws ModelError with a sentence when the grid cannot be. */
export function checkGrid(chosen: readonly unknown[], { count, first }: Seeds): void {
  if (chosen.length === 0) throw new ModelError('Choose at least one run.', 'runs');
  if (!Number.isSafeInteger(count) || count < SEEDS.min || count > SEEDS.max) {
    throw new ModelError(`A grid has ${SEEDS.min} to ${SEEDS.max} seeds.`, 'seeds');
  }
  if (!Number.isSafeInteger(first) || first < 0 || first + count - 1 > MOST_SEED) {
    throw new ModelError(`Seeds are whole numbers from 0 to ${MOST_SEED}.`, 'first');
  }
  const total = chosen.length * count;
  if (total <= RUNS) return;
  throw new ModelError(`${chosen.length} runs × ${count} seeds are ${total}; an experiment holds ${RUNS}. Fewer runs or fewer seeds fit.`, 'runs');
}

/** One run a (family, seed), family by family, each in its family's colour. @throws ModelError, see checkGrid */
export function gridRuns(chosen: readonly Family[], seeds: Seeds): RunSpec[] {
  checkGrid(chosen, seeds);
  return chosen.flatMap(({ name, color, spec }) =>
    Array.from({ length: seeds.count }, (_, i): RunSpec => {
      const seed = seeds.first + i;
      const suffix = ` · seed ${seed}`;
      return { ...spec, name: name.slice(0, MOST_NAME - suffix.length).trimEnd() + suffix, color, seed };
    }),
  );
}
