/** The lab's state from outside: what is accepted, what is said of the rest, and links. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { surfaceIds, surfaces } from '../../src/model/surfaces/index.ts';
import { plotOf, restoreLab, rules, type SurfaceLab } from '../../src/model/surfaces/lab.ts';
import { decodeLab, encodeLab } from '../../src/model/surfaces/link.ts';
import { scenes } from '../../src/model/surfaces/scenes.ts';
import { ModelError } from '../../src/model/types.ts';
import { fuzz } from './arbitrary.ts';

const [first] = scenes;
const base = first!.lab;

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).message;
  }
  return expect.fail('was accepted');
}

describe('scenes', () => {
  it('open with the ravine and the saddle, and four optimizers', () => {
    expect(base.plots.map((plot) => plot.surface)).toEqual(['ravine', 'saddle']);
    expect(base.runs.map((run) => run.rule.type)).toEqual(['SGD', 'SGD', 'RMSprop', 'Adam']);
  });

  it.each(scenes.map((scene) => [scene.id, scene] as const))('%s has a link of its own', (id, { lab, note }) => {
    expect(encodeLab(lab)).toBe(`v=1&scene=${id}`);
    expect(decodeLab(`#v=1&scene=${id}`)).toStrictEqual(lab);
    expect(note).toMatch(/[.]$/);
  });
});

const arbitraryLab: fc.Arbitrary<SurfaceLab> = fc.record({
  plots: fc.array(
    fc.record({
      surface: fc.constantFrom(...surfaceIds),
      start: fc.tuple(fc.double({ min: -1000, max: 1000, noNaN: true }), fc.double({ min: -1000, max: 1000, noNaN: true })),
      noise: fc.double({ min: 0, max: 10, noNaN: true }),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  runs: fc.array(
    fc.record({
      name: fc.constantFrom('a', 'Adam & co = 1', '12', 'true'),
      rule: fc.constantFrom(...Object.keys(rules)).map((type) => ({ type, ...(rules[type]!.fields.some((f) => f.name === 'lr') && { lr: 0.125 }) })),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  steps: fc.integer({ min: 1, max: 5000 }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
});

describe('links', () => {
  it('say what differs, readably', () => {
    const lab: SurfaceLab = { ...base, steps: 50, plots: [{ ...base.plots[0]!, start: [-5, 1.5] }, base.plots[1]!] };
    expect(encodeLab(lab)).toBe('v=1&scene=ravine-and-saddle&plots.0.start=%5B-5,1.5%5D&steps=50');
    expect(decodeLab(encodeLab(lab))).toStrictEqual(lab);
  });

  it('bring back whatever the lab can show', () => {
    fc.assert(
      fc.property(arbitraryLab, (lab) => {
        const clean = restoreLab(lab);
        expect(decodeLab(encodeLab(clean))).toStrictEqual(clean);
      }),
      fuzz(400),
    );
  });

  it.each([
    ['', 'no version'],
    ['v=2&scene=noise', 'newer version'],
    ['v=1', 'names no scene'],
    ['v=1&scene=constructor', 'scene "constructor" is not known'],
    ['v=1&scene=noise&plots.0.surface=hill', 'plots.0.surface: "hill" is not known; known are ravine'],
    ['v=1&scene=noise&plots.0.surface=__proto__', 'is not known'],
    ['v=1&scene=noise&plots.0.start=5', 'plots.0.start must be two numbers, found 5'],
    ['v=1&scene=noise&plots.0.start=[1,1e9]', 'plots.0.start must be a number from -1000 to 1000'],
    ['v=1&scene=noise&plots.0.noise=-1', 'plots.0.noise must be a number from 0 to 1000, found -1'],
    ['v=1&scene=noise&steps=100000', 'steps must be a whole number from 1 to 5000'],
    ['v=1&scene=noise&runs=[]', 'runs must be a list of 1 to 8'],
    ['v=1&scene=noise&runs.0.rule.type=Magic', 'runs.0.rule: "Magic" is not known'],
    ['v=1&scene=noise&runs.0.rule.alpha=1', 'SGD has no argument "alpha"'],
    ['v=1&scene=noise&runs.0.rule.nesterov=true', 'nesterov needs a momentum above 0'],
    ['v=1&scene=noise&speed=3', 'no field "speed"'],
    ['v=1&scene=noise&runs.9.name=x', 'does not have'],
    ['v=1&scene=%E0%A4%A', 'broken % sequence'],
  ])('%s is refused: %s', (fragment, why) => expect(refusal(() => decodeLab(fragment))).toContain(why));

  it('never do anything else than refuse', () => {
    const piece = fc.oneof(fc.string(), fc.constantFrom('plots.0.start', 'runs.0.rule', '[1]', '{"type":"SGD"}', 'null', '-runs.0', 'steps'));
    fc.assert(
      fc.property(piece, piece, (key, value) => {
        try {
          decodeLab(`v=1&scene=noise&${key}=${value}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ModelError);
        }
      }),
      fuzz(2000),
    );
  });
});

it('left out, start and noise are the surface’s own', () => {
  expect(restoreLab({ plots: [{ surface: 'noisy' }], runs: [{ rule: { type: 'Adam' } }] })).toEqual({
    plots: [plotOf('noisy')],
    runs: [{ name: 'Adam', rule: { type: 'Adam', lr: 0.001 } }],
    steps: 200,
    seed: 1,
  });
  expect(surfaces.noisy!.noise).toBeGreaterThan(0);
});
