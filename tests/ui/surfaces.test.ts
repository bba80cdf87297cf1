/** The lab's drawing and words: contours where the levels are, places there and back, sentences. */
import { describe, expect, it } from 'vitest';
import { surfaceIds, surfaces } from '../../src/model/surfaces/index.ts';
import { methods } from '../../src/model/surfaces/methods/index.ts';
import type { Node } from '../../src/ui/primitives/tex.ts';
import { parseTex } from '../../src/ui/primitives/tex.ts';
import { contours, heightsOf, levelsOf } from '../../src/ui/surfaces/contours.ts';
import { fromPixel, toPixel } from '../../src/ui/surfaces/frame.ts';
import { aboutMuon, formatCoordinate, lengthOf, numbersAt, sentence } from '../../src/ui/surfaces/words.ts';

const { bowl, ravine, matrix } = surfaces as Record<string, (typeof surfaces)[string]>;

describe('contours', () => {
  it('lie where the surface has their level', () => {
    const heights = heightsOf(bowl!, 121, 121);
    for (const level of [0.5, 2, 4.5]) {
      const segments = contours(heights, [level]);
      expect(segments.length).toBeGreaterThan(100);
      for (let i = 0; i < segments.length; i += 2) {
        // 120 cells over the window, y from the top.
        const [x, y] = [segments[i]! / 16 - 3.75, 3 - segments[i + 1]! / 20];
        expect(Math.abs(x * x + y * y - level)).toBeLessThan(0.01);
      }
    }
  });

  it('tell both diagonals of a cell apart', () => {
    expect(contours({ columns: 2, rows: 2, values: Float64Array.of(1, 0, 0, 1) }, [0.5])).toHaveLength(8);
    expect(contours({ columns: 2, rows: 2, values: Float64Array.of(0, 1, 1, 0) }, [0.5])).toHaveLength(8);
    expect(contours({ columns: 2, rows: 2, values: Float64Array.of(1, 1, 1, 1) }, [0.5])).toEqual([]);
  });

  it.each(surfaceIds)('of %s rise evenly on a logarithmic scale', (id) => {
    const levels = levelsOf(heightsOf(surfaces[id]!, 40, 40), 14);
    expect(levels).toHaveLength(14);
    const ratio = levels[1]! / levels[0]!;
    expect(ratio).toBeGreaterThan(1);
    for (const [k, level] of levels.entries()) if (k > 0) expect(level / levels[k - 1]!).toBeCloseTo(ratio, 6);
  });
});

it('places go to pixels and back, and no farther than the edge', () => {
  const frame = { surface: ravine!, width: 400, height: 300 };
  expect(toPixel(frame, -10, 3)).toEqual([0, 0]);
  expect(toPixel(frame, 0, 0)).toEqual([200, 150]);
  expect(fromPixel(frame, 100, 75)).toEqual([-5, 1.5]);
  expect(fromPixel(frame, 9999, -5)).toEqual([10, 3]);
});

describe('sentences', () => {
  const trail = (points: readonly (readonly [number, number])[], more = {}) => ({
    points: Float32Array.from(points.flatMap(([x, y]) => [x, y, ravine!.value(x, y), Math.hypot(...ravine!.gradient(x, y))])),
    bad: null,
    evaluations: null,
    ...more,
  });

  it('say nothing of a run that is under way', () =>
    expect(
      sentence(
        trail([
          [1, 1],
          [0, 1],
        ]),
        ravine!,
        1,
        1,
      ),
    ).toBe(''));

  it('say since when a run is outside, as far as it is played', () => {
    const out = trail([
      [1, 1],
      [99, 0],
      [1, 0],
      [1, 9],
      [1, 99],
    ]);
    expect([0, 1, 2, 4].map((step) => sentence(out, ravine!, 4, step))).toEqual(['', 'Left the window at step 1.', '', 'Left the window at step 3.']);
  });

  it('say what diverged, what is there, and what cannot be had', () => {
    expect(
      sentence(
        trail(
          [
            [1, 1],
            [9, 9],
          ],
          { bad: 2 },
        ),
        ravine!,
        50,
        50,
      ),
    ).toContain('Diverged: a number of step 2 is not finite');
    expect(
      sentence(
        trail(
          [
            [1, 1],
            [0, 0],
          ],
          { evaluations: 3 },
        ),
        ravine!,
        50,
        50,
      ),
    ).toBe('Flat ground after 1 step, 3 gradients.');
    expect(
      sentence(
        trail(
          [
            [1, 1],
            [1, 0],
          ],
          { evaluations: 9 },
        ),
        ravine!,
        50,
        50,
      ),
    ).toBe('Nothing lower after 1 step, 9 gradients.');
    expect(sentence(trail([]), ravine!, 50, 0)).toBe('Needs a GPU.');
  });

  it('say where Muon has nothing to orthogonalise', () => {
    expect(aboutMuon({ type: 'Muon' }, ravine!)).toContain('no matrix');
    expect(aboutMuon({ type: 'Muon' }, matrix!)).toContain('hidden_only');
    expect([aboutMuon({ type: 'Muon', hidden_only: false }, matrix!), aboutMuon({ type: 'Adam' }, ravine!)]).toEqual(['', '']);
  });

  it('numbers stay where a run ended', () => {
    const short = trail([
      [1, 1],
      [0, 0],
    ]);
    expect(lengthOf(short)).toBe(1);
    expect(numbersAt(short, ravine!, 80)).toEqual({ x: '0.000', y: '0.000', loss: '0' });
    expect([1.5, -9, 1e-7, -123456, 0, Number.POSITIVE_INFINITY].map(formatCoordinate)).toEqual([
      '1.500',
      '−9.000',
      '1.0e−7',
      '−1.2e5',
      '0.000',
      '∞',
    ]);
  });
});

it('every formula is typeset: no command is left as a word', () => {
  const words = (node: Node): string[] => (node.kind === 'text' ? [node.text] : Object.values(node).flatMap((part: unknown) => inside(part)));
  const inside = (part: unknown): string[] =>
    Array.isArray(part) ? part.flatMap(inside) : typeof part === 'object' && part !== null ? words(part as Node) : [];
  const formulas = [...Object.values(surfaces), ...Object.values(methods)].map(({ formula }) => formula);
  for (const tex of formulas)
    expect(
      parseTex(tex)
        .flat()
        .flatMap(words)
        .filter((word) => !['cos', 'max'].includes(word.trim())),
      tex,
    ).toEqual([]);
});

it('a formula may break before an operator, which stays one between two things', () => {
  expect(parseTex('w = a + (b + c)\\, \\cos t - \\cos(t)')).toEqual([
    [
      { kind: 'row', items: [{ kind: 'i', text: 'w' }] },
      {
        kind: 'row',
        items: [
          { kind: 'o', text: '=', infix: true },
          { kind: 'i', text: 'a' },
        ],
      },
      {
        kind: 'row',
        items: [
          { kind: 'o', text: '+', infix: true },
          ...['(', 'b', '+', 'c', ')'].map((text) => ({ kind: /[bc]/.test(text) ? 'i' : 'o', text })),
          { kind: 'space', width: 0.17 },
          { kind: 'text', text: 'cos\u2009' },
          { kind: 'i', text: 't' },
          { kind: 'o', text: '−' },
          { kind: 'text', text: 'cos' },
          ...['(', 't', ')'].map((text) => ({ kind: text === 't' ? 'i' : 'o', text })),
        ],
      },
    ],
  ]);
});
