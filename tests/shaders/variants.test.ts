/** Every shader in every variant that the cases and the networks ask for: it compiles, and binds what the plan says. */
import { beforeAll, describe, expect, it } from 'vitest';
import { linkShader, shaderFiles } from '../../src/engine/shader.ts';
import { pipelineFor } from '../../src/gpu/pipelines.ts';
import { presets } from '../../src/model/presets.ts';
import { networks } from '../../src/model/zoo.ts';
import { caseDispatches, distinct, modelDispatches, type Origin, surfaceDispatches } from '../support/dispatches.ts';
import { nullDevice } from '../support/null_device.ts';
import { reflect } from '../support/reflect.ts';

const RANDOM_CASES = 12;
const label = ({ from, dispatch }: Origin) => `${from}: ${dispatch.shader} ${dispatch.entry}`;

let device: GPUDevice;
let all: Origin[];

beforeAll(async () => {
  device = await nullDevice();
  const inputs = [
    [1, 28, 28],
    [3, 32, 32],
    [2, 1, 1],
  ] as const;
  const zoo = networks.flatMap((network) =>
    inputs
      .filter((input) => network.suits(input))
      .flatMap((input) => modelDispatches(`${network.id} on ${input}`, network.build(input, 10), 33, input[0] === 2 ? 'f32' : 'u8')),
  );
  const races = presets.flatMap(({ id, experiment: { model, batch_size } }) => modelDispatches(`preset ${id}`, model, batch_size));
  // As on a software adapter: other tiles, no barriers in what closes a step.
  const few = networks.flatMap((network) =>
    [inputs[0], inputs[2]]
      .filter((input) => network.suits(input))
      .flatMap((input) => modelDispatches(`${network.id} for few threads`, network.build(input, 10), 33, input[0] === 2 ? 'f32' : 'u8', 256)),
  );
  all = distinct([...caseDispatches(RANDOM_CASES), ...zoo, ...few, ...races, ...surfaceDispatches(), ...surfaceDispatches(256)]);
});

describe('every variant', () => {
  it('is one of many', () => {
    expect(all.length).toBeGreaterThan(1000);
  });

  it('compiles', async () => {
    const wrong: string[] = [];
    for (const origin of all) await pipelineFor(device, origin.dispatch).catch((error: unknown) => wrong.push(`${label(origin)}\n${String(error)}`));
    expect(wrong).toEqual([]);
  });

  it('uses exactly the bindings of its dispatch: numbers, names, access', async () => {
    const wrong: string[] = [];
    const seen = new Set<string>();
    for (const origin of all) {
      const { dispatch } = origin;
      const planned = dispatch.bindings.flatMap((b, binding) => (b ? [`${binding} ${b.name} ${b.access}`] : [])).sort();
      const key = JSON.stringify([dispatch.shader, dispatch.entry, Object.entries(dispatch.conditions).sort(), planned]);
      if (seen.has(key)) continue;
      seen.add(key);
      const { bindings, step } = reflect(await linkShader(dispatch), dispatch.entry);
      if (bindings.join() !== planned.join()) wrong.push(`${label(origin)}: uses ${bindings.join(', ')}; the plan binds ${planned.join(', ')}`);
      if (step !== dispatch.step) wrong.push(`${label(origin)}: step table ${step ? 'read' : 'bound'} but not ${step ? 'bound' : 'read'}`);
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBeGreaterThan(50);
  });

  it('keeps within what every device offers: 8 storage buffers, 65,535 workgroups a dimension', () => {
    for (const origin of all) {
      const { bindings, step, grid } = origin.dispatch;
      expect(bindings.filter(Boolean).length + (step ? 1 : 0), label(origin)).toBeLessThanOrEqual(8);
      expect(Math.max(...grid), label(origin)).toBeLessThanOrEqual(65535);
      expect(Math.min(...grid), label(origin)).toBeGreaterThanOrEqual(1);
    }
  });
});

/** Met by tests with surroundings of their own (layers on a flattened image). */
const ONE_SIDED: Readonly<Record<string, readonly string[]>> = { add: ['mapped'] };

describe('the files', () => {
  const entriesOf = (text: string) => [...text.matchAll(/@workgroup_size\((?:64|SIZE)\)\s+fn (\w+)/g)].map((m) => m[1]);
  const kernels = [...shaderFiles].filter(([name]) => !name.startsWith('lib/'));

  it.each(kernels)('%s: every entry point is sent by some dispatch', (name, text) => {
    const sent = new Set(all.filter((o) => o.dispatch.shader === name).map((o) => o.dispatch.entry));
    expect(entriesOf(text).length).toBeGreaterThan(0);
    expect([...sent].sort()).toEqual(entriesOf(text).sort());
  });

  it.each(kernels)('%s: every condition of the text is met by one dispatch and not by another', (name, text) => {
    const dispatches = all.filter((o) => o.dispatch.shader === name).map((o) => o.dispatch);
    const words = new Set([...text.matchAll(/@if\(([^)]*)\)/g)].flatMap(([, condition]) => condition.match(/\w+/g) ?? []));
    const oneSided = [...words].filter((word) => new Set(dispatches.map((d) => d.conditions[word] ?? false)).size < 2);
    expect(oneSided).toEqual(ONE_SIDED[name] ?? []);
  });

  it.each([...shaderFiles])('%s begins by saying what it is', (_name, text) => {
    expect(text.slice(0, 400).match(/^\/\/ ./gm)?.length ?? 0).toBeGreaterThanOrEqual(1);
  });

  it.each(kernels)(
    '%s uses workgroups of 64 threads, or of SIZE, a constant of at most 64; no atomics on floats and no test that a NaN could pass',
    (_name, text) => {
      expect(text.match(/@workgroup_size\((?!64\)|SIZE\))/)).toBeNull();
      expect(text.match(/(\w+) != \1\b/)).toBeNull();
      expect(text).not.toMatch(/isnan|isinf/i);
    },
  );
});
