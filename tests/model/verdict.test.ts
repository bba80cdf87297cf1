import { describe, expect, it } from 'vitest';
import { settingsKey } from '../../src/model/settings.ts';
import type { ModelSpec, RunSpec } from '../../src/model/types.ts';
import { bestOf, type Contestant, contest, sorted } from '../../src/model/verdict/groups.ts';
import { formatPlusMinus, judge, notesOn } from '../../src/model/verdict/judge.ts';
import { formatMeasure, formatTarget, measure, parseTarget, Tally, type Target, type Validations } from '../../src/model/verdict/measures.ts';
import { mlp } from '../../src/model/zoo.ts';

const NINETY: Target = { metric: 'val_accuracy', value: 0.9 };
const COST = { state_bytes: 800, step: 100, seconds: 4 };

/** Validations at steps 25, 50, 75, 100; a second of training each. The buffers are longer than the curve, as the page's are. */
const curve = (val_accuracy: readonly number[], val_loss: readonly number[]): Validations => ({
  length: val_accuracy.length,
  step: Uint32Array.from([25, 50, 75, 100, 0, 0]),
  time: Float32Array.from([1, 2, 3, 4, 0, 0]),
  val_loss: Float32Array.from([...val_loss, 0, 0]),
  val_accuracy: Float32Array.from([...val_accuracy, 1, 1]),
});

describe('measure', () => {
  it('reads final, best, area and target off a curve by hand', () => {
    const of = measure(curve([0.5, 0.875, 0.9375, 0.90625], [2, 1, 0.25, 0.5]), NINETY, COST);
    expect(of).toEqual({
      final_accuracy: 0.90625,
      best_accuracy: 0.9375,
      final_loss: 0.5,
      best_loss: 0.25,
      // (2+1)/2·25 + (1+0.25)/2·25 + (0.25+0.5)/2·25 = 62.5 over 75 steps.
      mean_loss: 62.5 / 75,
      target_steps: 75,
      target_seconds: 3,
      state_bytes: 800,
      step_seconds: 0.04,
    });
  });

  it('counts a target as reached at the first validation at or past it, and as missed before', () => {
    const values = curve([0.5, 0.9, 0.95], [1, 0.3, 0.2]);
    const steps = (target: Target): number => measure(values, target, COST).target_steps;
    // float32(0.9) is below 0.9; it is 0.9 all the same.
    expect(steps(NINETY)).toBe(50);
    expect(steps({ metric: 'val_accuracy', value: 0.901 })).toBe(75);
    expect(steps({ metric: 'val_accuracy', value: 0.96 })).toBeNaN();
    expect(steps({ metric: 'val_loss', value: 0.3 })).toBe(50);
    expect(steps({ metric: 'val_loss', value: 0.29 })).toBe(75);
    expect(steps({ metric: 'val_loss', value: 0.1 })).toBeNaN();
  });

  it('has no answer before there is one, and a value that is not finite is never the best', () => {
    const none = measure(curve([], []), NINETY, { ...COST, step: 0, seconds: 0 });
    for (const [name, value] of Object.entries(none)) if (name !== 'state_bytes') expect(value, name).toBeNaN();
    expect(measure(curve([0.5], [1]), NINETY, COST).mean_loss, 'a point has no area').toBeNaN();
    const odd = measure(curve([0.5, Number.NaN], [1, Number.POSITIVE_INFINITY]), NINETY, COST);
    expect([odd.best_accuracy, odd.best_loss]).toEqual([0.5, 1]);
  });
});

describe('Tally', () => {
  it('says the same of a curve that grew and of one that is met whole, whatever target is asked for in between', () => {
    const whole = curve([0.5, 0.875, Number.NaN, 0.9375], [2, 1, 0.25, 0.5]);
    const tally = new Tally();
    for (const length of [0, 1, 1, 3]) {
      measure({ ...whole, length }, NINETY, COST, tally);
      measure({ ...whole, length }, { metric: 'val_loss', value: 1 }, COST, tally);
    }
    for (const target of [NINETY, { metric: 'val_loss', value: 0.3 } as const, NINETY])
      expect(measure(whole, target, COST, tally)).toEqual(measure(whole, target, COST));
  });
});

describe('targets as they are typed', () => {
  it.each([
    ['90 %', 0.9],
    ['90', 0.9],
    ['0.9', 0.9],
    ['99,5', 0.995],
    ['1', 1],
    ['100%', 1],
  ])('accuracy %s', (text, value) => expect(parseTarget(text, 'val_accuracy')).toBeCloseTo(value, 12));

  it.each(['', 'high', '0', '-5', '101', '1e9'])('refuses accuracy %j', (text) => expect(parseTarget(text, 'val_accuracy')).toBeUndefined());

  it('a loss is a positive number', () => {
    expect(parseTarget('0,3', 'val_loss')).toBe(0.3);
    expect(parseTarget('2.5', 'val_loss')).toBe(2.5);
    expect(parseTarget('0', 'val_loss')).toBeUndefined();
    expect(formatTarget({ metric: 'val_loss', value: 0.3 })).toBe('0.3');
    expect(formatTarget({ metric: 'val_accuracy', value: 0.995 })).toBe('99.5 %');
  });
});

const MODEL: ModelSpec = mlp([2, 1, 1], 2, [4]);
const SGD: RunSpec = { name: 'SGD', optimizer: { type: 'SGD', lr: 0.1 } };
const ADAM: RunSpec = { name: 'Adam', optimizer: { type: 'Adam', lr: 0.01 } };

let ids = 0;
function contestant(spec: RunSpec, seed: number, accuracy: number, more: Partial<Contestant> = {}): Contestant {
  const values = { ...measure(curve([], []), NINETY, COST), best_accuracy: accuracy, final_accuracy: accuracy };
  return {
    id: `r${ids++}`,
    name: `${spec.name}, seed ${seed}`,
    spec: { ...spec, seed },
    seed,
    step: 100,
    validated: 100,
    diverged: null,
    values,
    averaged: null,
    ...more,
  };
}

const seeds = (spec: RunSpec, accuracies: readonly number[]): Contestant[] => accuracies.map((a, i) => contestant(spec, i + 1, a));

describe('groups', () => {
  it('are runs that differ in seed, name and looks only', () => {
    const key = (run: RunSpec): string => settingsKey(run, MODEL);
    expect(key({ ...SGD, seed: 3, name: 'other', color: 4, hidden: true })).toBe(key(SGD));
    expect(key({ ...SGD, optimizer: { lr: 0.1, type: 'SGD', momentum: 0 } }), 'a default that is written out').toBe(key(SGD));
    expect(key({ ...SGD, schedule: { type: 'constant' }, init: { type: 'default' }, model: MODEL })).toBe(key(SGD));
    const others: RunSpec[] = [
      { ...SGD, optimizer: { type: 'SGD', lr: 0.2 } },
      { ...SGD, optimizer: { type: 'SGD', lr: 0.1, momentum: 0.9 } },
      { ...SGD, schedule: { type: 'CosineAnnealingLR', T_max: 10 } },
      { ...SGD, init: { type: 'zeros' } },
      { ...SGD, model: mlp([2, 1, 1], 2, [5]) },
      ADAM,
    ];
    expect(new Set([SGD, ...others].map(key)).size).toBe(7);
    expect(key({ ...SGD, optimizer: { type: 'SGD', lr: -1 } }), 'one that is being typed').not.toBe(key(SGD));
  });

  it('have the mean and the interval of Student’s t', () => {
    const [group] = contest(seeds(SGD, [0.9, 0.92, 0.94]), MODEL);
    expect(group!.name).toBe('SGD');
    const { mean, half, n } = group!.cells.best_accuracy;
    expect(mean).toBeCloseTo(0.92, 12);
    // s = 0.02, t(0.975, 2) = 4.302653.
    expect(half).toBeCloseTo((4.302653 * 0.02) / Math.sqrt(3), 7);
    expect(n).toBe(3);
  });

  it('leave out what diverged and what is the same run again, and say so', () => {
    const runs = [...seeds(SGD, [0.9, 0.92]), contestant(SGD, 3, 0.1, { diverged: 12 }), contestant(SGD, 1, 0.9)];
    const groups = contest([...runs, contestant(ADAM, 1, 0.2, { diverged: 7 })], MODEL);
    expect(groups[0]!.members).toHaveLength(4);
    expect(groups[0]!.cells.best_accuracy.n).toBe(2);
    expect(groups[0]!.cells.best_accuracy.mean).toBeCloseTo(0.91, 12);
    expect(notesOn(groups)).toEqual([
      'SGD diverged seed 3 at step 12: 1 of 4 runs, left out of the mean.',
      'SGD: runs with the same seed are the same run and count once.',
      'Adam, seed 1 diverged at step 7: not ranked.',
    ]);
    expect(bestOf(groups, 'best_accuracy'), 'the only one left').toEqual(new Set([groups[0]!.key]));
  });

  it('have averaged weights beside, of those that count and keep them, and neither rank nor star them', () => {
    const kept = (run: Contestant, accuracy: number): Contestant => ({ ...run, averaged: contestant(run.spec, run.seed, accuracy).values });
    const [a, b] = seeds(SGD, [0.9, 0.92]);
    const gone = kept(contestant(SGD, 3, 0.1, { diverged: 12 }), 0.2);
    const groups = contest([kept(a!, 0.95), kept(b!, 0.97), gone, contestant(ADAM, 1, 0.93)], MODEL);
    const cell = groups[0]!.averaged!.best_accuracy;
    expect([cell.mean, cell.n, cell.of]).toEqual([expect.closeTo(0.96, 12), 2, 2]);
    expect(groups[0]!.cells.best_accuracy.mean).toBeCloseTo(0.91, 12);
    expect(groups[1]!.averaged).toBeNull();
    expect(bestOf(groups, 'best_accuracy'), '0.93 of weights that train, though 0.96 of averaged ones is more').toEqual(new Set([groups[1]!.key]));
    expect(notesOn(groups).at(-1)).toBe('Averaged weights (EMA) stand beside those that train and are not ranked.');
    expect(notesOn(groups.slice(1))).toEqual([]);
  });

  it('rank with what is missing last, and star no draw and no group of which some seeds miss the target', () => {
    const fast = contestant(SGD, 1, 0.9);
    const a = [{ ...fast, values: { ...fast.values, target_steps: 25 } }, contestant(SGD, 2, 0.9)];
    const slow = contestant(ADAM, 1, 0.9);
    const groups = contest([...a, { ...slow, values: { ...slow.values, target_steps: 75 } }], MODEL);
    expect(bestOf(groups, 'target_steps')).toEqual(new Set([groups[1]!.key]));
    expect(bestOf(groups, 'best_accuracy')).toEqual(new Set());
    const order = (bestFirst: boolean): string[] =>
      sorted(
        contest([...seeds(SGD, [0.5]), contestant(ADAM, 1, Number.NaN), ...seeds({ ...ADAM, init: { type: 'zeros' } }, [0.7])], MODEL),
        'best_accuracy',
        bestFirst,
      ).map((g) => g.members[0]!.spec.init?.type ?? g.members[0]!.spec.optimizer.type);
    expect(order(true)).toEqual(['zeros', 'SGD', 'Adam']);
    expect(order(false)).toEqual(['SGD', 'zeros', 'Adam']);
  });
});

describe('judge', () => {
  const verdict = (sgd: readonly number[], adam: readonly number[]) =>
    judge(contest([...seeds(SGD, sgd), ...seeds(ADAM, adam)], MODEL), 'best_accuracy');

  it('calls a difference that every seed shares larger than the noise, however far the seeds lie apart', () => {
    // Differences 0.01, 0.012, 0.014, 0.012, 0.012: mean 0.012, s = 0.0014142, t(0.975, 4) = 2.776445.
    const { kind, text } = verdict([0.8, 0.9, 0.85, 0.7, 0.95], [0.81, 0.912, 0.864, 0.712, 0.962]);
    expect(kind).toBe('apart');
    expect(text).toBe(
      'Adam is ahead of SGD by 1.20 ± 0.18 points of best validation accuracy over 5 paired seeds: larger than the noise (p < 0.001).',
    );
  });

  it('calls one that comes and goes within the noise', () => {
    // Differences 0.04, −0.02, 0.01: mean 0.01, s = 0.03, t = 0.57735, p = 0.62 with 2 degrees of freedom.
    const { kind, text } = verdict([0.8, 0.8, 0.8], [0.84, 0.78, 0.81]);
    expect(kind).toBe('noise');
    expect(text).toBe(
      'Adam is ahead of SGD by 1.0 ± 7.5 points of best validation accuracy over 3 paired seeds: within the noise (p = 0.62). More seeds or longer runs would tell.',
    );
  });

  it('says of one seed each that it may be luck', () => {
    expect(verdict([0.8], [0.9])).toEqual({
      kind: 'luck',
      text: 'Adam, seed 1 is ahead of SGD, seed 1 by 10 points of best validation accuracy. One seed each: this may be luck.',
    });
  });

  it('takes the two best of several, and the lower loss for the better', () => {
    const lossy = (spec: RunSpec, losses: readonly number[]): Contestant[] =>
      losses.map((loss, i) => ({ ...contestant(spec, i + 1, 0.5), values: { ...contestant(spec, i + 1, 0.5).values, final_loss: loss } }));
    const third: RunSpec = { name: 'Third', optimizer: { type: 'RMSprop', lr: 0.01 } };
    const { kind, text } = judge(
      contest([...lossy(SGD, [0.5, 0.6, 0.55]), ...lossy(third, [2, 3, 1]), ...lossy(ADAM, [0.4, 0.49, 0.46])], MODEL),
      'final_loss',
    );
    expect(kind).toBe('apart');
    expect(text).toMatch(
      /^Adam is ahead of SGD by 0\.100 ± 0\.025 in final validation loss over 3 paired seeds: larger than the noise \(p = 0\.0066, corrected for picking the best of 3\)\.$/,
    );
  });

  // Of seeds 1 to 3; each optimizer's accuracies are `behind` the best one's.
  const field = (...behind: readonly (readonly [number, number, number])[]) => {
    const best = [0.9, 0.92, 0.95] as const;
    const types = ['SGD', 'RMSprop', 'Adagrad', 'Adadelta', 'Lion'];
    const others = behind.flatMap((differences, i) =>
      seeds(
        { name: types[i]!, optimizer: { type: types[i]!, lr: 0.1 } },
        best.map((accuracy, j) => accuracy - differences[j]!),
      ),
    );
    return judge(contest([...others, ...seeds(ADAM, best)], MODEL), 'best_accuracy');
  };
  const CLOSE = [0.03, 0.05, 0.04] as const; // s = 0.01, t = 6.928, df = 2: p = 1 − t / √(2 + t²) = 0.0202.
  const WILD = [0.1, -0.02, 0.13] as const; // s = 0.0794, t = 1.528: p = 0.266.

  it('corrects for having picked the best of several: what is sure of a pair alone is not of the best of four', () => {
    expect(field(CLOSE)).toMatchObject({ kind: 'apart' });
    expect(field(CLOSE).text).toMatch(/larger than the noise \(p = 0\.02\)\.$/);
    // Holm: the smallest of three counts three times.
    expect(field(CLOSE, WILD, WILD)).toEqual({
      kind: 'noise',
      text: 'Adam is ahead of SGD by 4.0 ± 2.5 points of best validation accuracy over 3 paired seeds: within the noise (p = 0.061, corrected for picking the best of 4; p = 0.02 for this pair alone). More seeds or longer runs would tell.',
    });
  });

  it('says whom else the best leads by more than the noise, and counts only what is left for the close pair', () => {
    const sure = [0.4, 0.401, 0.402] as const; // t = 694.6: p = 2.1e-6, three times that corrected.
    const { kind, text } = field(CLOSE, sure, sure);
    // The two sure leads come first; the close one is the last of three and counts once.
    expect(kind).toBe('apart');
    expect(text).toMatch(
      /larger than the noise \(p = 0\.02, corrected for picking the best of 4\)\. Its leads over RMSprop and Adagrad are larger than the noise, too\.$/,
    );
    const [close, wide] = [[0.01, -0.01, 0.02] as const, [0.5, 0.51, 0.52] as const];
    expect(field(close, wide).text).toMatch(
      /within the noise \(p = 0\.53, corrected for picking the best of 3\)\. More seeds or longer runs would tell\. Its lead over RMSprop is larger than the noise\.$/,
    );
    expect(field(close, wide, wide, wide, wide).text).toContain('Its leads over 4 others are larger than the noise.');
  });

  it('counts pairs that cannot be tested, too: the best was picked among them', () => {
    const lone: RunSpec = { name: 'Lion', optimizer: { type: 'Lion', lr: 0.1 } };
    const runs = [...seeds(SGD, [0.87, 0.87, 0.91]), contestant(lone, 1, 0.5), ...seeds(ADAM, [0.9, 0.92, 0.95])];
    // p = 0.0202 of the pair, twice.
    expect(judge(contest(runs, MODEL), 'best_accuracy').text).toMatch(/larger than the noise \(p = 0\.04, corrected for picking the best of 3\)\.$/);
  });

  it('has a sentence where nothing can be judged', () => {
    const groups = (...runs: Contestant[]) => contest(runs, MODEL);
    expect(judge(groups(...seeds(SGD, [0.5, 0.6])), 'best_accuracy').kind).toBe('alone');
    const blank = (spec: RunSpec) => contestant(spec, 1, Number.NaN, { validated: 0 });
    expect(judge(groups(blank(SGD), blank(ADAM)), 'best_accuracy').text).toMatch(/^No validation yet/);
    expect(verdict([0.9], [0.9])).toEqual({ kind: 'level', text: 'SGD, seed 1 and Adam, seed 1 are level: best validation accuracy 90.0 %.' });
    expect(judge(groups(contestant(SGD, 1, 0.5), contestant(ADAM, 1, 0.6, { validated: 50 })), 'best_accuracy').text).toMatch(
      /different steps \(50 to 100\)/,
    );
    expect(
      judge(groups(contestant(SGD, 1, 0.5), contestant(SGD, 2, 0.5), contestant(ADAM, 3, 0.6), contestant(ADAM, 4, 0.6)), 'best_accuracy').text,
    ).toMatch(/they share no seed/);
    expect(judge(groups(contestant(SGD, 1, 0.5), contestant(ADAM, 1, 0.6)), 'target_steps').text).toBe(
      'None has reached the target with every seed.',
    );
  });

  it('writes a value with the decimals of its error', () => {
    expect(formatPlusMinus(1.2345, 0.0456)).toBe('1.234 ± 0.046');
    expect(formatPlusMinus(123.4, 45.6)).toBe('123 ± 46');
    expect(formatPlusMinus(0.5, Number.NaN)).toBe('0.5');
    expect(formatPlusMinus(0, 0)).toBe('0 ± 0');
  });
});

it('values in a cell carry no unit: the head of the column does', () => {
  expect([formatMeasure('best_accuracy', 0.98765), formatMeasure('target_seconds', 12.345), formatMeasure('step_seconds', 0.0123)]).toEqual([
    '98.8',
    '12.3',
    '12.3',
  ]);
  expect([formatMeasure('state_bytes', 0), formatMeasure('state_bytes', 4096), formatMeasure('target_steps', 83.4)]).toEqual(['0', '4 KiB', '83']);
  expect(formatMeasure('best_loss', Number.NaN)).toBe('–');
});
