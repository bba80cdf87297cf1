/** Every dispatch that the project can send, for checks that need no GPU. */
import { captureDispatches } from '../../src/engine/capture.ts';
import { type Compiled, compile, compileInspect } from '../../src/engine/compile.ts';
import { ACTIVATION } from '../../src/engine/op.ts';
import { opCases } from '../../src/engine/ops/cases.ts';
import type { Dispatch } from '../../src/engine/plan.ts';
import { planRace } from '../../src/engine/race.ts';
import { compileSurface } from '../../src/engine/surface.ts';
import { compileCase } from '../../src/gpu/selftest_case.ts';
import { inferModel } from '../../src/model/infer.ts';
import { optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';
import { random } from '../../src/model/random.ts';
import { surfaces } from '../../src/model/surfaces/index.ts';
import type { ModelSpec } from '../../src/model/types.ts';

export interface Origin {
  /** For messages. */
  from: string;
  dispatch: Dispatch;
}

const before = () => 0;
const sigmoid = { kind: ACTIVATION.Sigmoid, slope: 0 };

/** All cases by hand and `randoms` random ones of every operation: alone, and between activations with gradients to add to. */
export function caseDispatches(randoms: number): Origin[] {
  return Object.entries(opCases).flatMap(([operation, { cases }]) => {
    const items = [...cases.cases, ...Array.from({ length: randoms }, (_, k) => cases.random(random(61, k).uniform))];
    return items.flatMap((item) => {
      const surrounded = compileCase(item, { fused: sigmoid, behind: { activation: sigmoid, before } });
      const all = [...compileCase(item).dispatches, ...surrounded.dispatches].flatMap(kinds);
      return all.map((dispatch) => ({ from: `${operation} ${JSON.stringify(item.args)} ${JSON.stringify(item.inputs)}`, dispatch }));
    });
  });
}

/** Compiled for images of bytes, two lanes' worth of fusion and gradients of the input included. */
export const compileModel = (model: ModelSpec, batch_size: number, data: 'u8' | 'f32' = 'u8', fill?: number): Compiled =>
  compile(inferModel(model), { batch_size, loss: { type: 'CrossEntropyLoss', label_smoothing: 0.1 }, data, fill });

/** What all optimizers take besides, one by one and together. */
const options: readonly Record<string, number | boolean>[] = [
  { clip_grad_norm: 1 },
  { clip_grad_value: 1 },
  { decay_bias_and_norm: false },
  { accumulate_steps: 2 },
  { ema_decay: 0.9 },
  { clip_grad_norm: 1, clip_grad_value: 1, decay_bias_and_norm: false, accumulate_steps: 2, ema_decay: 0.9 },
];

/** One lane of every optimizer, bare and with the options that all take. */
export const everyOptimizer = optimizerTypes.flatMap((type) =>
  [{}, ...(type === 'SGD' ? [{ decoupled_weight_decay: true }, ...options] : options.slice(-1))].map((more) => ({
    type,
    args: resolveOptimizer({ type, lr: 0.01, ...more }),
  })),
);

/** The dispatch, and one variant of every other kind: the same text with other conditions. */
function kinds(dispatch: Dispatch): Dispatch[] {
  const { tuning, ...plain } = dispatch;
  const text = ({ conditions }: Pick<Dispatch, 'conditions'>): string => JSON.stringify(Object.entries(conditions).sort());
  const others = new Map((tuning?.variants ?? []).filter((v) => text(v) !== text(dispatch)).map((v) => [text(v), v]));
  return [dispatch, ...[...others.values()].map(({ constants, conditions, grid }) => ({ ...plain, constants, conditions, grid }))];
}

/** A whole race on a model: training, evaluation, and a picture of every layer. */
export function modelDispatches(name: string, model: ModelSpec, batch_size: number, data: 'u8' | 'f32' = 'u8', fill?: number): Origin[] {
  const compiled = compileModel(model, batch_size, data, fill);
  const plan = planRace(compiled, everyOptimizer);
  const inspect = compileInspect(compiled);
  const captures = [...inspect.graph.outputs.values()].flatMap((t) =>
    captureDispatches(t, inspect.placed.get(t.id) ?? 'slot0', Math.min(t.C, 3), 4096),
  );
  return [...plan.train, ...plan.closing, ...plan.evaluate, ...inspect.dispatches, ...captures]
    .flatMap(kinds)
    .map((dispatch) => ({ from: name, dispatch }));
}

/** A race of every optimizer on every surface; `fill` as of a device. */
export const surfaceDispatches = (fill?: number): Origin[] =>
  Object.values(surfaces).flatMap((surface) => {
    const plan = planRace(compileSurface(surface, everyOptimizer.length, fill), everyOptimizer);
    return [...plan.train, ...plan.closing].map((dispatch) => ({ from: `surface ${surface.id}`, dispatch }));
  });

/** The same text in the pipeline: shader, entry, conditions, constants and what is bound. */
export const variantOf = (d: Dispatch): string =>
  JSON.stringify([
    d.shader,
    d.entry,
    d.step,
    Object.entries(d.conditions).sort(),
    Object.entries(d.constants).sort(),
    d.bindings.map((b) => b && [b.name, b.access]),
  ]);

/** One of each variant, with the name of the first that has it. */
export function distinct(origins: readonly Origin[]): Origin[] {
  const found = new Map<string, Origin>();
  for (const origin of origins) {
    const key = variantOf(origin.dispatch);
    if (!found.has(key)) found.set(key, origin);
  }
  return [...found.values()];
}
