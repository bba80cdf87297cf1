/**
 * Sweeps and random search, as far as they are arithmetic: which values are tried, what became of a lane, which rates are stable, where the
 * next round looks. Everything is a pure function of what it is given, seeds included.
 */

import { readField } from './fields.ts';
import { formatNumber } from './format.ts';
import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { random } from './random.ts';
import type { Field, OptimizerSpec } from './types.ts';
import { ModelError } from './types.ts';

/** Values of one search. */
export const SWEEP = { lanes: { min: 8, max: 32 }, steps: { min: 10, max: 10_000 } } as const;

/** `complement`: 1 − value is spread on a log scale, as suits 0.9, 0.99, 0.999. */
export type Spread = 'log' | 'complement' | 'linear';

/** One number of an optimizer that a search varies. */
export interface Dimension {
  /** The field's name; of `betas` "betas.0" and "betas.1". */
  name: string;
  from: number;
  to: number;
  spread: Spread;
}

/** What a dimension may be: its field, with the name to show. */
export interface Axis {
  name: string;
  field: Field;
  spread: Spread;
  /** Where a search begins when nothing else is said. */
  usual: readonly [number, number];
}

const COMPLEMENT_USUAL = [0.5, 0.99] as const;

function axesOfField(field: Field): Axis[] {
  if (field.advanced) return [];
  if (field.kind === 'betas') {
    const usual = [[0.5, 0.99], [0.9, 0.9999]] as const; // biome-ignore format: one line
    return [0, 1].map((i) => ({ name: `${field.name}.${i}`, field, spread: 'complement' as const, usual: usual[i]! }));
  }
  if (field.kind !== 'float') return [];
  if (field.scale === 'log') return [{ name: field.name, field, spread: 'log', usual: field.slider ?? [1e-6, 1] }];
  if (field.min === 0 && field.max === 1) return [{ name: field.name, field, spread: 'complement', usual: COMPLEMENT_USUAL }];
  return field.slider ? [{ name: field.name, field, spread: 'linear', usual: field.slider }] : [];
}

/** Every number of an optimizer that can be searched; lr comes first. */
export const axesOf = (type: string): readonly Axis[] => (optimizers[type]?.fields ?? []).flatMap(axesOfField);

/** From two decades below a run's rate to three above, as far as its field goes: the edge is more often above. */
export const ratesAround = (lr: number, max = Number.POSITIVE_INFINITY): readonly [number, number] =>
  lr > 0 ? [round3(lr / 100), Math.min(max, round3(lr * 1000))] : [1e-5, 1];

const round3 = (value: number): number => Number(value.toPrecision(3));

/** @throws ModelError with a sentence when this dimension cannot be searched. */
export function checkDimension({ name, from, to, spread }: Dimension, field: Field): void {
  const single: Field = field.kind === 'betas' ? { ...field, kind: 'float', name } : { ...field, name };
  for (const value of [from, to]) readField(single, value, { path: '', subject: '' });
  const words = `${name} from ${formatNumber(from)} to ${formatNumber(to)}`;
  if (from > to) throw new ModelError(`${words} runs backwards: swap the two.`, name);
  if (from === to) throw new ModelError(`${words} is a single value: there is nothing to search.`, name);
  if (spread === 'log' && from <= 0) throw new ModelError(`${name} must be above 0: a log scale has no 0.`, name);
  if (spread === 'complement' && to >= 1) throw new ModelError(`${name} must be below 1: 1 − ${name} is spread on a log scale.`, name);
}

const wholeBetween = (value: number, { min, max }: { min: number; max: number }): boolean =>
  Number.isSafeInteger(value) && value >= min && value <= max;

/** @throws ModelError with a sentence. */
export function checkSweep(type: string, from: number, to: number, lanes: number, steps: number): void {
  const field = optimizers[type]?.fields.find(({ name }) => name === 'lr');
  if (!field) throw new ModelError(`${type} has no lr.`, 'lr');
  checkDimension({ name: 'lr', from, to, spread: 'log' }, field);
  checkSize(lanes, steps);
}

/** @throws ModelError with a sentence. `fields` by dimension. */
export function checkRandom(dimensions: readonly Dimension[], fields: ReadonlyMap<string, Field>, lanes: number, steps: number): void {
  if (dimensions.length === 0) throw new ModelError('Choose at least one number to search.', 'dimensions');
  for (const dimension of dimensions) checkDimension(dimension, fields.get(dimension.name)!);
  checkSize(lanes, steps);
}

/** @throws ModelError with a sentence. */
function checkSize(lanes: number, steps: number): void {
  const { min, max } = SWEEP.lanes;
  if (!wholeBetween(lanes, SWEEP.lanes)) throw new ModelError(`${formatNumber(lanes)} lanes: a search has ${min} to ${max}.`, 'lanes');
  if (!wholeBetween(steps, SWEEP.steps)) {
    throw new ModelError(`${formatNumber(steps)} steps: a search has ${SWEEP.steps.min} to ${SWEEP.steps.max}.`, 'steps');
  }
}

/** `count` values a constant factor apart, both ends included; three significant digits, as one would type them. */
export function logSpace(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    if (i === 0) return from;
    return i === count - 1 ? to : round3(from * (to / from) ** (i / (count - 1)));
  });
}

/** Where a value stands between the ends of its dimension, 0 … 1 and beyond. */
export function shareOf({ from, to, spread }: Dimension, value: number): number {
  if (spread === 'linear') return (value - from) / (to - from);
  if (spread === 'log') return Math.log(value / from) / Math.log(to / from);
  return Math.log((1 - value) / (1 - from)) / Math.log((1 - to) / (1 - from));
}

/** The value at a share of a dimension. */
export function valueAt({ from, to, spread }: Dimension, share: number): number {
  if (spread === 'linear') return round3(from + (to - from) * share);
  if (spread === 'log') return round3(from * (to / from) ** share);
  // The complement has the digits: 0.9987, not 0.999.
  return Number((1 - round3((1 - from) * ((1 - to) / (1 - from)) ** share)).toPrecision(12));
}

/** Values of one trial by dimension. */
export type Values = Readonly<Record<string, number>>;

/**
 * `count` points, uniform in every dimension's spread. Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization" (JMLR 2012): every
 * trial tries another value of every number, which a grid does not.
 */
export function draw(dimensions: readonly Dimension[], count: number, seed: number, round: number): Values[] {
  const { uniform } = random(seed, 0x5ea7c4 + round);
  return Array.from({ length: count }, () => Object.fromEntries(dimensions.map((d) => [d.name, valueAt(d, uniform())])));
}

/** The optimizer with these values in place of its own. */
export function withValues(optimizer: OptimizerSpec, values: Values): OptimizerSpec {
  const args = resolveOptimizer(optimizer);
  const next: Record<string, OptimizerSpec[string]> = { ...optimizer };
  for (const [name, value] of Object.entries(values)) {
    const [field, index] = name.split('.') as [string, string?];
    if (index === undefined) next[field] = value;
    else next[field] = ((next[field] ?? args[field]) as number[]).map((old, i) => (i === Number(index) ? value : old));
  }
  return next as unknown as OptimizerSpec;
}

/**
 * What a lane came to. `start`: its loss before the first update; `final`: the mean of its last tenth of steps (at least five), NaN when it
 * diverged. `stable`: finished below where it started and lay below it on average, no divergence; `worse`: finished, but no lower; `unsteady`:
 * finished lower, after a way that led above the start on average — a rate that blows up and comes back is no rate to recommend.
 */
export interface Outcome {
  state: 'stable' | 'worse' | 'unsteady' | 'diverged';
  start: number;
  final: number;
}

const LAST_SHARE = 0.1;
const LAST_LEAST = 5;

/** `losses`: of every step so far, the first before any update. Undefined before the first. */
export function outcomeOf(losses: ArrayLike<number>, length: number, diverged: boolean): Outcome | undefined {
  if (length === 0) return diverged ? { state: 'diverged', start: Number.NaN, final: Number.NaN } : undefined;
  const start = losses[0]!;
  if (diverged) return { state: 'diverged', start, final: Number.NaN };
  const last = Math.min(length, Math.max(LAST_LEAST, Math.ceil(length * LAST_SHARE)));
  const final = meanOf(losses, length - last, length);
  if (!(final < start)) return { state: 'worse', start, final };
  return { state: meanOf(losses, 0, length) < start ? 'stable' : 'unsteady', start, final };
}

function meanOf(values: ArrayLike<number>, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}

/** One rate of a sweep with what became of it. */
export interface Rated {
  lr: number;
  outcome: Outcome | undefined;
}

export interface Band {
  /** Positions in the list of rates, by rising lr: the unbroken row of stable rates around the best. */
  from: number;
  to: number;
  best: number;
  /** The highest stable rate, when the next one was tried and is not: the edge lies between the two. Null: above all that was tried. */
  edge: number | null;
  /** A tenth of the edge: the rule of thumb for a rate that stays stable when the loss surface gets steeper. */
  tenth: number | null;
}

/** Rates must rise. Null when none is stable. */
export function stableBand(rated: readonly Rated[]): Band | null {
  const isStable = (i: number): boolean => rated[i]?.outcome?.state === 'stable';
  let best = -1;
  for (let i = 0; i < rated.length; i++) {
    if (isStable(i) && (best < 0 || rated[i]!.outcome!.final < rated[best]!.outcome!.final)) best = i;
  }
  if (best < 0) return null;
  let [from, to] = [best, best];
  while (isStable(from - 1)) from--;
  while (isStable(to + 1)) to++;
  const edge = rated[to + 1]?.outcome ? rated[to]!.lr : null;
  return { from, to, best, edge, tenth: edge === null ? null : round3(edge / 10) };
}

/** A trial of a round with its loss; NaN: it diverged. */
export interface Scored {
  values: Values;
  final: number;
}

/** So much of the trials of a round shows where the next one looks. */
const BEST_SHARE = 1 / 3;
/** Beyond the best on either side, in shares of their span: the best of all may lie just outside, even outside the range so far. */
const MARGIN = 0.15;
/** A next range is at least so wide, in shares of the last: a few trials that lie together by chance prove little. */
const LEAST_SPAN = 0.2;

/** The best third, best first; diverged trials are never among them. */
export function bestThird(trials: readonly Scored[]): readonly Scored[] {
  const finished = trials.filter(({ final }) => Number.isFinite(final)).sort((a, b) => a.final - b.final);
  return finished.slice(0, Math.max(1, Math.ceil(trials.length * BEST_SHARE)));
}

/**
 * The ranges of the next round: around the best third of the last (coarse to fine, as the notes of CS231n have it). Where nothing finished, the
 * ranges stay. `fields` by dimension: a range never leaves what its field allows.
 */
export function narrow(dimensions: readonly Dimension[], trials: readonly Scored[], fields: ReadonlyMap<string, Field>): Dimension[] {
  const best = bestThird(trials);
  if (best.length === 0) return [...dimensions];
  return dimensions.map((dimension) => {
    const shares = best.map(({ values }) => shareOf(dimension, values[dimension.name]!));
    const [low, high] = [Math.min(...shares), Math.max(...shares)];
    const half = Math.max(high - low, LEAST_SPAN) * (0.5 + MARGIN);
    const middle = (low + high) / 2;
    return clip({ ...dimension, from: valueAt(dimension, middle - half), to: valueAt(dimension, middle + half) }, fields.get(dimension.name));
  });
}

function clip(dimension: Dimension, field: Field | undefined): Dimension {
  const [min, max] = [field?.min ?? Number.NEGATIVE_INFINITY, field?.max ?? Number.POSITIVE_INFINITY];
  return { ...dimension, from: Math.max(dimension.from, min), to: Math.min(dimension.to, max) };
}

/** A search of several rounds: each has twice the steps of the one before, so that the last sees whole curves. */
export const stepsOfRound = (steps: number, round: number): number => Math.min(SWEEP.steps.max, steps * 2 ** round);
