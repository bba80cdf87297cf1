/**
 * Every kernel against its float64 reference: all cases by hand and 40 random ones an operation, in two lanes with numbers of their own.
 * Whatever a kernel must write holds NaN before, words behind every buffer must survive, padding must be zero.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { ACTIVATION, type Activation } from '../../src/engine/op.ts';
import { activations } from '../../src/engine/ops/activation/activation.reference.ts';
import { opCases } from '../../src/engine/ops/cases.ts';
import { operations } from '../../src/engine/ops/index.ts';
import type { Case, Cases, Reference, Tensor } from '../../src/engine/reference.ts';
import { bits } from '../../src/engine/shader.ts';
import { type Gpu, requestGpu } from '../../src/gpu/device.ts';
import { checkCase, drawLanes } from '../../src/gpu/selftest.ts';
import { compileCase, type LaneResults, runCase, type Surroundings } from '../../src/gpu/selftest_case.ts';
import { compare, limitsOf, runReference } from '../../src/gpu/selftest_compare.ts';
import { random } from '../../src/model/random.ts';
import { bitwiseAll } from '../support/train.ts';

const RANDOM_CASES = 40;
/** Cases in flight: pipelines compile beside each other. */
const AT_ONCE = 6;
let gpu: Gpu;

beforeAll(async () => {
  gpu = await requestGpu();
});

const itemsOf = ({ cases, random: draw }: Cases): Case[] => [
  ...cases,
  ...Array.from({ length: RANDOM_CASES }, (_, k) => draw(random(31, k).uniform)),
];
const name = (item: Case) => `${item.type} ${JSON.stringify(item.args)} ${JSON.stringify(item.inputs)}`;

/** Sentences about all items. */
async function each(items: readonly Case[], check: (item: Case, seed: number) => Promise<string[]>): Promise<string[]> {
  const wrong: string[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const some = items.slice(at, at + AT_ONCE);
    const sentences = await Promise.all(some.map((item, k) => check(item, at + k)));
    for (const [k, list] of sentences.entries()) {
      for (const sentence of list) wrong.push(sentence.startsWith(some[k].type) ? sentence : `${name(some[k])}: ${sentence}`);
    }
  }
  return wrong;
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
const map = ({ shape, data }: Tensor, f: (v: number, i: number) => number): Tensor => ({ shape, data: data.map(f) });

/** The same layer behind and before a fused activation, its gradient added to one that stands there already, its grid folded. */
async function checkSurrounded(item: Case, cases: Cases, reference: Reference, seed: number, more: Surroundings = {}): Promise<string[]> {
  const [kind, activation, args] = KINDS[seed % KINDS.length];
  const compiled = compileCase(item);
  const fuses = operations[item.type as keyof typeof operations].fusesActivation && compiled.node !== null;
  const behind = compiled.dispatches.length > 0;
  const surroundings: Surroundings = { fold: 3, ...more, ...(fuses && { fused: activation }), ...(behind && { behind: { activation, before } }) };
  const drawn = drawLanes(item, seed, compiled.node?.index ?? 0);
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
  return [...wrong, ...faults];
}

/** A lane by itself gives the bits that it gave beside another. */
async function checkAlone(item: Case, seed: number): Promise<string[]> {
  const { kernel } = drawLanes(item, seed, 0);
  const both = await runCase(gpu.device, item, kernel);
  const alone = await runCase(gpu.device, item, kernel.slice(1));
  return bitwiseAll('alone', alone.lanes[0] as LaneResults, both.lanes[1] as LaneResults);
}

describe.each(Object.entries(opCases))('%s', (_name, { reference, cases }) => {
  it('equals its reference', async () => {
    expect(await each(itemsOf(cases), async (item, seed) => (await checkCase(gpu.device, item, cases, reference[item.type], seed)).wrong)).toEqual(
      [],
    );
    expect(gpu.errors).toEqual([]);
  });

  it('honours fused activations on both sides, adds to gradients, and numbers its threads in x and y', async () => {
    expect(await each(itemsOf(cases), (item, seed) => checkSurrounded(item, cases, reference[item.type], seed))).toEqual([]);
    expect(gpu.errors).toEqual([]);
  });

  it('gives a lane the same bits alone', async () => {
    const some = itemsOf(cases).filter((_, k) => k % 4 === 1);
    expect(await each(some, checkAlone)).toEqual([]);
    expect(gpu.errors).toEqual([]);
  });
});

describe('layers on a flattened image', () => {
  const image = [3, 4, 2] as const;
  const shape = [5, 24];
  const flat: Case[] = [
    { type: 'BatchNorm1d', args: {}, inputs: [shape] },
    { type: 'BatchNorm1d', args: {}, inputs: [shape], train: false },
    { type: 'Dropout', args: { p: 0.4 }, inputs: [shape] },
    { type: 'GELU', args: {}, inputs: [shape] },
    { type: 'Sigmoid', args: {}, inputs: [shape] },
    { type: 'Linear', args: { out_features: 7 }, inputs: [shape] },
    { type: 'Add', args: {}, inputs: [shape, shape] },
  ];

  it.each(flat.map((item) => [`${item.type}${item.train === false ? ' in evaluation' : ''}`, item] as const))('%s', async (_type, item) => {
    const op = Object.values(opCases).find(({ reference }) => item.type in reference);
    if (!op) throw new Error(`no cases for ${item.type}`);
    for (let seed = 0; seed < KINDS.length; seed++)
      expect(await checkSurrounded(item, op.cases, op.reference[item.type], seed, { image })).toEqual([]);
  });
});
