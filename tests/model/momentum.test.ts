/** A schedule that moves the momentum, and optimizers that have one or not. */
import { describe, expect, it } from 'vitest';
import { logProduct, momentumArgument, movingMomentum, startingArgs, stateBuffersOf, withMomentum } from '../../src/model/momentum.ts';
import { optimizerTypes, resolveOptimizer } from '../../src/model/optimizers/index.ts';

const cycle = { type: 'OneCycleLR', max_lr: 0.1, total_steps: 100 };

describe('a moving momentum', () => {
  it('is betas[0] where there are betas, else momentum, as in PyTorch', () => {
    const arguments_ = Object.fromEntries(optimizerTypes.map((type) => [type, momentumArgument(type)]));
    expect(arguments_).toMatchObject({
      SGD: 'momentum',
      RMSprop: 'momentum',
      Muon: 'momentum',
      Adam: 'betas',
      AdamW: 'betas',
      NAdam: 'betas',
      Lion: 'betas',
    });
    expect([arguments_.Adagrad, arguments_.Adadelta]).toEqual([undefined, undefined]);
    for (const type of ['Adagrad', 'Adadelta']) expect(movingMomentum(type, cycle)).toBeUndefined();
    expect(movingMomentum('Adam', { ...cycle, cycle_momentum: false })).toBeUndefined();
    expect(movingMomentum('Adam', cycle)!(29)).toBeCloseTo(0.85, 12);
  });

  it('takes the place of what the run says, and nothing else', () => {
    const adam = { type: 'Adam', lr: 0.1, betas: [0.5, 0.7] };
    expect(startingArgs(adam, cycle)).toEqual({ ...resolveOptimizer(adam), betas: [0.95, 0.7] });
    expect(withMomentum('Adam', resolveOptimizer(adam), 0.9)).toEqual({ ...resolveOptimizer(adam), betas: [0.9, 0.7] });
    expect(startingArgs(adam, { type: 'StepLR' })).toEqual(resolveOptimizer(adam));
    expect(startingArgs({ type: 'Adagrad', lr: 1 }, cycle)).toEqual(resolveOptimizer({ type: 'Adagrad', lr: 1 }));
    expect(() => startingArgs({ type: 'SGD', lr: -1 }, cycle, 'runs.2.optimizer')).toThrow('runs.2.optimizer.lr');
  });

  it('gives plain SGD and RMSprop a buffer', () => {
    expect(stateBuffersOf({ optimizer: { type: 'SGD', lr: 1 } })).toBe(0);
    expect(stateBuffersOf({ optimizer: { type: 'SGD', lr: 1 }, schedule: cycle })).toBe(1);
    expect(stateBuffersOf({ optimizer: { type: 'RMSprop', lr: 1, centered: true }, schedule: cycle })).toBe(3);
    expect(stateBuffersOf({ optimizer: { type: 'Adam', lr: 1 }, schedule: cycle })).toBe(2);
  });

  it('is multiplied up in the same order whatever was asked for before', () => {
    const at = movingMomentum('NAdam', cycle)!;
    const [once, often] = [logProduct(at), logProduct(at)];
    let product = 1;
    for (let t = 1; t <= 60; t++) {
      product *= at(t - 1);
      expect(Math.exp(often(t))).toBeCloseTo(product, 12);
    }
    expect(once(60)).toBe(often(60));
    expect(often(7)).toBe(logProduct(at)(7));
    expect(Math.exp(once(1e9))).toBeLessThan(1e-20);
  });
});
