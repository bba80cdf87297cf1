/** What tells runs and experiments apart, in words. */

import { formatNumber, formatPair } from './format.ts';
import { resolveInit } from './inits/index.ts';
import { optimizers, resolveOptimizer } from './optimizers/index.ts';
import { resolveSchedule } from './schedules/index.ts';
import type { Args, LayerSpec, ModelSpec, OptimizerSpec, RunSpec, Value } from './types.ts';

/** "1e-3", "on", "(0.9, 0.999)". */
export function formatValue(value: Value | undefined): string {
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  if (Array.isArray(value)) return `(${value.map(formatNumber).join(', ')})`;
  return value ?? 'none';
}

/** Structural equality of plain data; the order of keys does not count. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a).filter((key) => (a as Record<string, unknown>)[key] !== undefined);
  const others = Object.keys(b).filter((key) => (b as Record<string, unknown>)[key] !== undefined);
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** "lr 1e-3 → 3e-4" for each argument that differs; one that only one side has is not compared. */
function diffArgs(before: Args, after: Args): string[] {
  return Object.keys(after)
    .filter((name) => Object.hasOwn(before, name) && !same(before[name], after[name]))
    .map((name) => `${name} ${formatValue(before[name])} → ${formatValue(after[name])}`);
}

/** "SGD → Adam", then the arguments that both have and that differ. */
function diffTyped(before: { type: string; args: Args }, after: { type: string; args: Args }): string[] {
  const types = before.type === after.type ? [] : [`${before.type} → ${after.type}`];
  return [...types, ...diffArgs(before.args, after.args)];
}

/** Layers that only one of the models has ("+ bn1", "− bn1"), and those that both have with other settings ("conv1: out_channels 8 → 16"). */
export function diffModels(before: ModelSpec, after: ModelSpec): string[] {
  const words = same(before.input, after.input) ? [] : [`input ${before.input.join(' × ')} → ${after.input.join(' × ')}`];
  const old = new Map(before.layers.map((layer) => [layer.id, layer]));
  const kept = new Set(after.layers.map((layer) => layer.id));
  for (const layer of before.layers) if (!kept.has(layer.id)) words.push(`− ${layer.id}`);
  for (const layer of after.layers) {
    const was = old.get(layer.id);
    if (!was) words.push(`+ ${layer.id}`);
    else if (!same(was, layer)) words.push(...diffLayers(was, layer).map((change) => `${layer.id}: ${change}`));
  }
  const order = (model: ModelSpec) => model.layers.map((layer) => layer.id);
  return words.length === 0 && !same(order(before), order(after)) ? ['layers in another order'] : words;
}

function diffLayers(before: LayerSpec, after: LayerSpec): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => !same(before[name], after[name]));
  return names.map((name) => `${name === 'type' ? '' : `${name} `}${formatSetting(before[name])} → ${formatSetting(after[name])}`);
}

/** A layer's argument as it stands in its spec: pairs as sizes, inputs as ids. */
function formatSetting(value: LayerSpec[string]): string {
  if (value === undefined) return 'default';
  if (typeof value !== 'object') return formatValue(value);
  return value.every((item) => typeof item === 'number') ? formatPair(value) : value.join(' and ');
}

/**
 * What changes from one run to the other, an item a change; empty when they would draw the same curve. Names, colours and visibility
 * do not count. `shared` is the experiment's model, for runs without their own; `seed` its seed.
 */
export function diffRuns(before: RunSpec, after: RunSpec, shared: { model: ModelSpec; seed: number }): string[] {
  const optimizer = (run: RunSpec) => ({ type: run.optimizer.type, args: resolveOptimizer(run.optimizer) });
  const schedule = (run: RunSpec) => ({ type: run.schedule?.type ?? 'constant', args: resolveSchedule(run.schedule ?? { type: 'constant' }) });
  const init = (run: RunSpec) => ({ type: `${run.init?.type ?? 'default'} init`, args: resolveInit(run.init ?? { type: 'default' }) });
  const [seedBefore, seedAfter] = [before.seed ?? shared.seed, after.seed ?? shared.seed];
  return [
    ...diffTyped(optimizer(before), optimizer(after)),
    ...diffTyped(schedule(before), schedule(after)),
    ...diffTyped(init(before), init(after)),
    ...(seedBefore === seedAfter ? [] : [`seed ${seedBefore} → ${seedAfter}`]),
    ...diffModels(before.model ?? shared.model, after.model ?? shared.model),
  ];
}

/** One line for a card: "SGD, lr 0.05, momentum 0.9"; arguments at their defaults are left out, lr never. */
export function describeOptimizer(spec: OptimizerSpec): string {
  const { label, fields } = optimizers[spec.type]!;
  const args = resolveOptimizer(spec);
  const told = fields.filter((field) => field.name === 'lr' || !same(args[field.name], field.default));
  return [label, ...told.map((field) => (args[field.name] === true ? field.name : `${field.name} ${formatValue(args[field.name])}`))].join(', ');
}
