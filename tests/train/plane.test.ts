/** Planes through the weights of a run: random filter-normalised directions, and the plane of the paths. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/engine/compile.ts';
import { unpackParam } from '../../src/engine/params.ts';
import { inferModel } from '../../src/model/infer.ts';
import { initialWeights } from '../../src/model/inits/index.ts';
import { random } from '../../src/model/random.ts';
import { filterNormalised } from '../../src/train/directions.ts';
import type { Path } from '../../src/train/paths.ts';
import { dot } from '../../src/train/pca.ts';
import { covering, LandscapeError, lay, pathPlane, pointOf, project, randomPlane, symmetric } from '../../src/train/plane.ts';
import { smallNet } from '../support/train.ts';

const info = inferModel(smallNet);
const weights = initialWeights(info, undefined, 5);
const compiled = compile(info, { batch_size: 4, loss: { type: 'CrossEntropyLoss' }, data: 'f32' });
const { params } = compiled;
const origin = Float32Array.from({ length: params.size }, () => 0);
for (const [name, { block, entry }] of params.entries) {
  const data = weights.get(name) as Float32Array;
  for (let i = 0; i < entry.length; i++) origin[block.offset + entry.index(i)] = data[i];
}

const norm = (values: ArrayLike<number>): number => Math.sqrt(dot(values, values));

describe('a filter-normalised direction', () => {
  const direction = filterNormalised(info, weights, 7, 0);

  it('has filters and rows as long as those of the weights, and leaves biases and norms alone', () => {
    expect([...direction.keys()].sort()).toEqual(['conv1.weight', 'conv2.weight', 'fc.weight']);
    for (const [name, values] of direction) {
      const tensor = weights.get(name) as Float32Array;
      const rows = name === 'conv1.weight' ? 5 : name === 'conv2.weight' ? 6 : 4;
      const length = tensor.length / rows;
      for (let r = 0; r < rows; r++) {
        const [d, w] = [values, tensor].map((t) => norm(t.slice(r * length, (r + 1) * length)));
        expect(Math.abs(d / w - 1)).toBeLessThan(1e-12);
      }
    }
  });

  it('follows from its seed, axis by axis', () => {
    expect(filterNormalised(info, weights, 7, 0)).toEqual(direction);
    const others = [filterNormalised(info, weights, 7, 1), filterNormalised(info, weights, 8, 0)];
    for (const other of others) {
      const [d, o] = [direction.get('fc.weight') as Float64Array, other.get('fc.weight') as Float64Array];
      expect(Math.abs(dot(d, o)) / norm(d) / norm(o)).toBeLessThan(0.5);
    }
  });

  it('of weights that are zero is zero, not NaN', () => {
    const zeros = new Map([...weights].map(([name, w]) => [name, new Float32Array(w.length)]));
    for (const values of filterNormalised(info, zeros, 7, 0).values()) expect(values.every((v) => v === 0)).toBe(true);
  });

  it('lies where the weights lie, and nowhere else', () => {
    const { u, xs, explained } = randomPlane(info, params, origin, { size: 11, span: 1, seed: 7 });
    for (const [name, values] of direction) {
      expect([...unpackParam(params, name, Float32Array.from(u))]).toEqual([...Float32Array.from(values)]);
    }
    const total = [...direction.values()].reduce((sum, values) => sum + dot(values, values), 0);
    expect(Math.abs(dot(u, u) / total - 1)).toBeLessThan(1e-12);
    expect([xs[0], xs[5], xs[10], explained]).toEqual([-1, 0, 1, null]);
  });
});

describe('a grid', () => {
  it('has 0 among its places and covers what it should', () => {
    expect(symmetric(5, 2)).toEqual([-2, -1, 0, 1, 2]);
    const r = random(1);
    for (let k = 0; k < 200; k++) {
      const [from, to] = [-r.uniform() * 3, r.uniform() * 5];
      for (const size of [11, 21, 31]) {
        const at = covering(size, from, to);
        expect(at).toHaveLength(size);
        expect(at).toContain(0);
        expect(at[0]).toBeLessThanOrEqual(from + 1e-9);
        expect(at[size - 1]).toBeGreaterThanOrEqual(to - 1e-9);
        expect(at[size - 1] - at[0]).toBeLessThan((to - from) * 1.3);
      }
    }
    expect(covering(11, 0, 1)[0]).toBe(0);
    expect(covering(11, -1, 0)[10]).toBeGreaterThanOrEqual(0);
  });
});

describe('the plane of the paths', () => {
  const [a, b] = [1, 2].map((seed) => Float64Array.from({ length: params.size }, random(seed).normal));
  const place = (x: number, y: number): Float32Array => origin.map((w, i) => w + x * a[i] + y * b[i]);
  const curve = (places: readonly [number, number][]): Path => ({
    architecture: 'small',
    steps: places.map((_, i) => i),
    params: places.map(([x, y]) => place(x, y)),
  });
  const spare = Float64Array.from({ length: params.size }, random(3).normal);
  const grid = { size: 11, span: 1 };

  it('explains paths that lie on one, draws them there, and covers them', async () => {
    const first = curve([[3, 0], [2, 1], [1, 1], [0, 0]]); // biome-ignore format: places
    const second = curve([[3, 0], [1, -2], [-1, -1]]); // biome-ignore format: places
    const plane = await pathPlane(origin, [first, second], spare, grid);
    const [x, y] = plane.explained as [number, number];
    expect(Math.abs(x + y - 1)).toBeLessThan(1e-9);
    for (const path of [first, second]) {
      const laid = await lay(plane, origin, 'r', path);
      expect(laid.steps).toEqual(path.steps);
      for (const [i, params] of path.params.entries()) {
        const back = new Float32Array(origin.length);
        pointOf(plane, origin, laid.x[i], laid.y[i], back);
        expect(back.reduce((most, value, k) => Math.max(most, Math.abs(value - params[k])), 0)).toBeLessThan(1e-5);
        expect(laid.x[i]).toBeGreaterThan(plane.xs[0]);
        expect(laid.x[i]).toBeLessThan(plane.xs[10]);
        expect(laid.y[i]).toBeGreaterThan(plane.ys[0]);
        expect(laid.y[i]).toBeLessThan(plane.ys[10]);
      }
      if (path === first) expect([laid.x.at(-1), laid.y.at(-1)]).toEqual([0, 0]);
    }
  });

  it('covers every place of many long paths, their starts and the turns between those that made it', async () => {
    // Twenty paths of which four places each go into the components; one of them makes a trip between two of these.
    const path = (i: number): Path => curve(Array.from({ length: 61 }, (_, k) => [3 - (3 * k) / 60, i === 7 && k === 23 ? 9 : Math.sin(k / 9 + i)]));
    const paths = Array.from({ length: 20 }, (_, i) => path(i));
    const plane = await pathPlane(origin, paths, spare, grid);
    for (const one of paths) {
      const { x, y } = await lay(plane, origin, 'r', one);
      for (const [at, ends] of [
        [x, plane.xs],
        [y, plane.ys],
      ] as const) {
        expect(Math.min(...at)).toBeGreaterThan(ends[0]);
        expect(Math.max(...at)).toBeLessThan(ends[10]);
      }
    }
  });

  it('of a straight path takes a second direction at right angles', async () => {
    const plane = await pathPlane(origin, [curve([[2, 0], [1, 0], [0, 0]])], spare, grid); // biome-ignore format: places
    expect(plane.explained?.[0]).toBeCloseTo(1, 12);
    expect(plane.explained?.[1]).toBe(0);
    expect(Math.abs(dot(plane.u, plane.v))).toBeLessThan(1e-9);
    expect(norm(plane.v)).toBeCloseTo(1, 9);
    expect(plane.ys[10] - plane.ys[0]).toBeGreaterThan(0);
  });

  it('of runs that have not moved is refused with a sentence', async () => {
    await expect(pathPlane(origin, [curve([[0, 0]])], spare, grid)).rejects.toThrow(LandscapeError); // biome-ignore format: places
  });

  it('gives the origin its own bits, whatever they are', () => {
    const odd = Float32Array.from([-0, 1e-42, 1 / 3]);
    const out = new Float32Array(3);
    pointOf({ u: Float64Array.of(1, 1, 1), v: Float64Array.of(1, 2, 3), xs: [], ys: [], explained: null }, odd, 0, 0, out);
    expect(out.every((value, i) => Object.is(value, odd[i]))).toBe(true);
  });

  it('projects on directions that are neither unit vectors nor at right angles', () => {
    const [u, v] = [Float64Array.of(2, 0, 0), Float64Array.of(1, 3, 0)];
    const [x, y] = project({ u, v }, [2 * 5 + 1 * -2, 3 * -2, 9]);
    expect(x).toBeCloseTo(5, 12);
    expect(y).toBeCloseTo(-2, 12);
  });
});
