/** The gate against hostile input: whatever comes, an experiment or a sentence. */

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { restoreExperiment } from '../../src/model/experiment.ts';
import { isPrintable } from '../../src/model/fields.ts';
import { decodeLink, encodeLink } from '../../src/model/link.ts';
import { presets } from '../../src/model/presets.ts';
import { ModelError } from '../../src/model/types.ts';
import { arbitraryExperiment, fuzz } from './arbitrary.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Own property whatever the name: `{ __proto__: … }` and assignment would set the prototype instead. */
const put = (target: object, key: string, value: Json) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

const KEYS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'type',
  'id',
  'inputs',
  'model',
  'lr',
  '',
  'a.b',
  '\u202e',
  '0',
  'length',
];
const HOSTILE: Json[] = [
  ...[
    null,
    true,
    false,
    '',
    'x',
    'Conv2d',
    'SGD',
    'input',
    '__proto__',
    'constructor',
    '0.1;} fn x(){',
    '<img src=x onerror=alert(1)>',
    '\u0000',
    '\ud800',
    'é'.repeat(5000),
  ],
  ...[0, -0, 1, -1, 0.5, 2, 3, 64, 1e9, 1e39, 1e-50, -1e308, 2 ** 31, 2 ** 32, 2 ** 53],
  ...[[], {}, [1, 2], [3, 3], [[1]], [null, {}], { type: 'Adam' }, { type: 'constructor' }, { layers: [] }, [[[[[[[[[[[[]]]]]]]]]]]]],
];

/** One random change somewhere in the tree. */
function mutate(tree: Json, steps: readonly number[]): void {
  let node = tree as Json[] | { [key: string]: Json };
  let i = 0;
  const next = (n: number) => steps[i++ % steps.length]! % n;
  const depth = next(8);
  for (let level = 0; level < depth; level++) {
    const inner = Object.keys(node).filter(
      (key) => typeof (node as Record<string, Json>)[key] === 'object' && (node as Record<string, Json>)[key] !== null,
    );
    if (inner.length === 0) break;
    node = (node as Record<string, Json>)[inner[next(inner.length)]!] as typeof node;
  }
  const keys = Object.keys(node);
  const key = keys.length ? keys[next(keys.length)]! : '0';
  const hostile = JSON.parse(JSON.stringify(HOSTILE[next(HOSTILE.length)])) as Json;
  const old = node[key as never] as Json | undefined;
  switch (next(9)) {
    case 0:
    case 1:
      return void put(node, key, hostile);
    case 2:
      return void put(node, Array.isArray(node) ? String(node.length) : KEYS[next(KEYS.length)]!, hostile);
    case 3:
      return void (Array.isArray(node) ? node.splice(next(node.length + 1), 1) : delete node[key]);
    case 4:
      return void put(node, key, [old ?? null, hostile]);
    case 5:
      if (Array.isArray(node)) for (let n = next(80); n > 0; n--) node.push(JSON.parse(JSON.stringify(node[0] ?? null)) as Json);
      else put(node, key, { [KEYS[next(KEYS.length)]!]: hostile });
      return;
    default:
      // Gentle ones, so that something gets through.
      if (typeof old === 'number') put(node, key, [old + 1, old * 2, old / 2, 1, 2, 3][next(6)]!);
      else if (typeof old === 'boolean') put(node, key, !old);
      else if (typeof old === 'string') put(node, key, `${old}'`);
  }
}

describe('fuzz', () => {
  const names = (object: object) => Reflect.ownKeys(object).map(String).sort();
  const before = [names(Object.prototype), names(Array.prototype), names(Function.prototype)];
  afterAll(() => expect([names(Object.prototype), names(Array.prototype), names(Function.prototype)]).toEqual(before));

  it('mutated presets: a ModelError with a sentence and a path, or an experiment that round-trips', async () => {
    const step = fc.array(fc.nat(10_007), { minLength: 6, maxLength: 14 });
    let [accepted, refused, slowest] = [0, 0, 0];
    await fc.assert(
      fc.asyncProperty(fc.nat(presets.length - 1), fc.array(step, { minLength: 1, maxLength: 2 }), async (which, mutations) => {
        const raw = JSON.parse(JSON.stringify(presets[which]!.experiment)) as Json;
        for (const steps of mutations) mutate(raw, steps);
        const start = performance.now();
        try {
          const restored = restoreExperiment(raw);
          accepted++;
          expect(restoreExperiment(restored)).toStrictEqual(restored);
          if (accepted % 8 === 0) expect(await decodeLink(await encodeLink(restored))).toStrictEqual(restored);
        } catch (error) {
          refused++;
          if (!(error instanceof ModelError)) throw error;
          expect(error.message).toMatch(/\S/);
          expect(error.message).not.toContain('cannot be read');
          expect(isPrintable(error.message + error.path)).toBe(true);
          expect(error.message.length).toBeLessThan(400);
        }
        slowest = Math.max(slowest, performance.now() - start);
      }),
      fuzz(8000),
    );
    expect(accepted).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(2000);
    expect(slowest).toBeLessThan(1000);
    expect(({} as Record<string, unknown>).type).toBeUndefined();
  });

  it('what the definitions allow is accepted', () => {
    let accepted = 0;
    fc.assert(
      fc.property(arbitraryExperiment, (experiment) => {
        try {
          expect(restoreExperiment(experiment)).toStrictEqual(experiment);
          accepted++;
        } catch (error) {
          if (!(error instanceof ModelError) || !error.message.includes('raise batch_size')) throw error;
        }
      }),
      fuzz(1000),
    );
    expect(accepted).toBeGreaterThan(900 * Number(process.env.FUZZ_SCALE ?? 1));
  });
});
