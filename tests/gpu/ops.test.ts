/**
 * Every kernel against its float64 reference: all cases by hand and 40 random ones an operation, in two lanes with numbers of their own.
 * Whatever a kernel must write holds NaN before, words behind every buffer must survive, padding must be zero.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ACTIVATION, type Activation } from '../../src/engine/op.ts';
import { drawCase, type DrawnCase, inferCase, opCases } from '../../src/engine/ops/cases.ts';
import { activations } from '../../src/engine/ops/activation/activation.reference.ts';
import { operations } from '../../src/engine/ops/index.ts';
import type { Case, Cases, Reference, Tensor } from '../../src/engine/reference.ts';
import { bits } from '../../src/engine/shader.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { hash2, random } from '../../src/model/random.ts';
import { compare, compareCase, limitsOf, runReference } from '../../src/gpu/selftest_compare.ts';
import { compileCase, runCase, type Surroundings } from '../../src/gpu/selftest_case.ts';

const RANDOM_CASES = 40;
const LANES = 2;
let gpu: Gpu;

beforeAll(async () => {
  gpu = await requestGpu();
});

const itemsOf = ({ cases, random: draw }: Cases): Case[] => [...cases, ...Array.from({ length: RANDOM_CASES }, (_, k) => draw(random(31, k).uniform))];
const name = (item: Case) => `${item.type} ${JSON.stringify(item.args)} ${JSON.stringify(item.inputs)}`;

/** Numbers of every lane, as the kernel reads them and as the reference does (which is handed the layer's own dropout key). */
function draw(item: Case, seed: number, index: number): { kernel: DrawnCase[]; reference: DrawnCase[] } {
  const kernel = Array.from({ length: LANES }, (_, lane) => drawCase(item, seed + 1000 * lane));
  const reference = kernel.map((d) => ({ ...d, mode: { ...d.mode, seed: hash2(d.mode.seed ?? 0, index) } }));
  return { kernel, reference };
}

/** The relative error of a few cancelled sums says nothing; the limit on each element's share of Σ|a·b| does. */
function fair(item: Case, cases: Cases): Case {
  const elements = inferCase(item).shape.reduce((a, b) => a * b, item.inputs[0][0]);
  return cases.per_term !== undefined && elements < 16 ? { ...item, tolerance: 1e-4 } : item;
}

async function check(item: Case, cases: Cases, reference: Reference, seed: number): Promise<string[]> {
  const drawn = draw(item, seed, compileCase(item).node?.index ?? 0);
  const { lanes, faults } = await runCase(gpu.device, item, drawn.kernel);
  const wrong = lanes.flatMap((actual, lane) => compareCase(fair(item, cases), cases, reference, drawn.reference[lane], actual) ?? []);
  return [...wrong, ...faults.map((fault) => `${name(item)}: ${fault}`)];
}

const KINDS: readonly (readonly [keyof typeof ACTIVATION, Activation, Record<string, number>])[] = [
  ['ReLU', { kind: ACTIVATION.ReLU, slope: 0 }, {}],
  ['LeakyReLU', { kind: ACTIVATION.LeakyReLU, slope: bits(0.2) }, { negative_slope: Math.fround(0.2) }],
  ['Sigmoid', { kind: ACTIVATION.Sigmoid, slope: 0 }, {}],
  ['Tanh', { kind: ACTIVATION.Tanh, slope: 0 }, {}],
];

/** Derivative of a fused activation by its output, as lib/activation has it. */
const slopeAt = (kind: string, y: number): number => {
  if (kind === 'ReLU') return y > 0 ? 1 : 0;
  if (kind === 'LeakyReLU') return y > 0 ? 1 : Math.fround(0.2);
  return kind === 'Sigmoid' ? y * (1 - y) : 1 - y * y;
};

const before = (i: number) => Math.fround(0.25 + (i % 7) / 8);

/** The same layer behind and before a fused activation, its gradient added to one that stands there already. */
async function checkSurrounded(item: Case, cases: Cases, reference: Reference, seed: number): Promise<string[]> {
  const [kind, activation, args] = KINDS[seed % KINDS.length];
  const compiled = compileCase(item);
  const fuses = operations[item.type as keyof typeof operations].fusesActivation && compiled.node !== null;
  const behind = compiled.dispatches.length > 0;
  const surroundings: Surroundings = { ...(fuses && { fused: activation }), ...(behind && { behind: { activation, before } }) };
  const drawn = draw(item, seed, compiled.node?.index ?? 0);
  const { lanes, faults } = await runCase(gpu.device, item, drawn.kernel, surroundings);
  const { tolerance, absolute = 0 } = limitsOf(item, cases);
  const wrong = lanes.flatMap((actual, lane) => {
    const expected = runReference(reference, drawn.reference[lane]);
    if (fuses) expected.output = map(expected.output, (v) => activations[kind].value(v, args));
    drawn.reference[lane].inputs.forEach((input, k) => {
      const g = expected[`grad_inputs.${k}`];
      if (behind) expected[`grad_inputs.${k}`] = map(g, (v, i) => before(i) + v * slopeAt(kind, input.data[i]));
    });
    return Object.entries(actual).flatMap(([result, values]) => {
      const { data, shape } = expected[result];
      // 1e-5 is what WGSL allows tanh; a sum with what stood there before rounds once more.
      const limits = { tolerance: 3 * tolerance + 5e-7, absolute: result === 'output' && fuses ? absolute + 1e-5 : absolute };
      return compare(`${name(item)} with ${kind}: ${result}`, values, data, limits, shape) ?? [];
    });
  });
  return [...wrong, ...faults.map((fault) => `${name(item)} with ${kind}: ${fault}`)];
}

const map = ({ shape, data }: Tensor, f: (v: number, i: number) => number): Tensor => ({ shape, data: data.map(f) });

describe.each(Object.entries(opCases))('%s', (_name, { reference, cases }) => {
  it('equals its reference', async () => {
    const wrong: string[] = [];
    for (const [seed, item] of itemsOf(cases).entries()) wrong.push(...(await check(item, cases, reference[item.type], seed)));
    expect(wrong).toEqual([]);
    expect(gpu.errors).toEqual([]);
  });

  it('honours fused activations on both sides and adds to gradients', async () => {
    const wrong: string[] = [];
    for (const [seed, item] of itemsOf(cases).entries()) wrong.push(...(await checkSurrounded(item, cases, reference[item.type], seed)));
    expect(wrong).toEqual([]);
    expect(gpu.errors).toEqual([]);
  });
});
