import { describe, expect, it } from 'vitest';
import { ownRate, withRate } from '../../src/model/rate.ts';
import { axesFor, scheduleNote, withTrial } from '../../src/model/searched.ts';
import type { RunSpec } from '../../src/model/types.ts';

const sgd: RunSpec = { name: 'SGD', optimizer: { type: 'SGD', lr: 0.1, momentum: 0.9 } };
const cycle: RunSpec = { ...sgd, schedule: { type: 'OneCycleLR', max_lr: 0.4, total_steps: 600 } };
const cosine: RunSpec = { ...sgd, schedule: { type: 'CosineAnnealingLR', T_max: 300 } };

describe('the rate of a run', () => {
  it('is its own, or the peak of a cycle, which does not look at its own', () => {
    expect([ownRate(sgd), ownRate(cosine), ownRate(cycle)]).toEqual([0.1, 0.1, 0.4]);
    expect(ownRate({ ...sgd, schedule: { type: 'OneCycleLR' } }), 'the default of max_lr').toBe(0.1);
    expect(withRate(sgd, 0.3)).toEqual({ ...sgd, optimizer: { ...sgd.optimizer, lr: 0.3 } });
    expect(withRate(cycle, 0.3)).toMatchObject({ optimizer: { lr: 0.3 }, schedule: { type: 'OneCycleLR', max_lr: 0.3, total_steps: 600 } });
    expect(withRate(cosine, 0.3).schedule).toEqual(cosine.schedule);
  });
});

describe('a search of a run with a schedule', () => {
  it('tries rates where they count: no two lanes of a cycle are the same run', () => {
    const trials = [0.01, 0.1].map((lr) => withTrial(cycle, { lr, weight_decay: 1e-4 }));
    expect(trials.map((trial) => trial.schedule?.max_lr)).toEqual([0.01, 0.1]);
    expect(trials[0]!.optimizer).toMatchObject({ lr: 0.01, weight_decay: 1e-4, momentum: 0.9 });
    expect(withTrial(cycle, { momentum: 0.5 }).schedule).toEqual(cycle.schedule);
  });

  it('leaves out the momentum that the schedule moves', () => {
    const names = (run: RunSpec): string[] => axesFor(run).map(({ name }) => name);
    expect(names(sgd)).toContain('momentum');
    expect(names(cycle)).not.toContain('momentum');
    expect(names({ ...cycle, schedule: { ...cycle.schedule!, cycle_momentum: false } })).toContain('momentum');
    const adam: RunSpec = { ...cycle, optimizer: { type: 'Adam', lr: 0.1 } };
    expect(names(adam).filter((name) => name.startsWith('betas'))).toEqual(['betas.1']);
  });

  it('says before it starts what the schedule makes of it', () => {
    const note = (run: RunSpec, steps: number): string => scheduleNote(run, steps, { epoch: undefined, eval_every: 25 });
    expect(note(sgd, 200)).toBe('');
    expect(note(cosine, 200)).toBe('Cosine is lowest at step 300: 200 steps do not come that far.');
    expect(note(cosine, 300)).toBe('');
    expect(note(cosine, 1000)).toBe('');
    expect(note({ ...sgd, schedule: { type: 'LinearLR', total_iters: 80 } }, 200)).toBe('Linear is over at step 80, early in these 200.');
    expect(note(cycle, 200)).toBe(
      'lr means max_lr here: the schedule, One cycle, brings its own rate. One cycle ends at step 599: 200 steps see only its beginning.',
    );
    expect(note({ ...sgd, schedule: { type: 'StepLR', step_size: 50, gamma: 0.1 } }, 200), 'it has no end').toBe('');
  });
});
