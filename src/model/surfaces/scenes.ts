/** Named beginnings of the surface lab, each with one line that says what to watch; rates suit their surfaces. */
import { type LabRun, plotOf, type RuleSpec, restoreLab, type SurfaceLab } from './lab.ts';

export interface Scene {
  /** Stands in links. */
  id: string;
  name: string;
  note: string;
  lab: SurfaceLab;
}

const run = (name: string, type: string, args: Omit<RuleSpec, 'type'> = {}): LabRun => ({ name, rule: { type, ...args } });
const momentum = (lr: number): LabRun => run('Momentum', 'SGD', { lr, momentum: 0.9 });

const scene = (id: string, name: string, note: string, plots: readonly string[], steps: number, runs: readonly LabRun[]): Scene => ({
  id,
  name,
  note,
  lab: restoreLab({ plots: plots.map(plotOf), runs, steps, seed: 1 }),
});

export const scenes: readonly Scene[] = [
  scene(
    'ravine-and-saddle',
    'Ravine and saddle',
    'In the ravine SGD zig-zags and momentum gets lower. On the saddle SGD stays near the ridge, and RMSProp leaves first.',
    ['ravine', 'saddle'],
    120,
    [run('SGD', 'SGD', { lr: 0.9 }), momentum(0.2), run('RMSProp', 'RMSprop', { lr: 0.05 }), run('Adam', 'Adam', { lr: 0.2 })],
  ),
  scene(
    'second-order',
    'Second against first order',
    'Newton follows Rosenbrock’s valley in some twenty steps, L-BFGS in about twice as many; SGD and Adam need hundreds. Counted are steps: one of L-BFGS may take several gradients.',
    ['rosenbrock'],
    400,
    [
      run('SGD', 'SGD', { lr: 0.001 }),
      run('Adam', 'Adam', { lr: 0.05 }),
      run('Conjugate gradient', 'ConjugateGradient'),
      run('L-BFGS', 'LBFGS'),
      run('Newton', 'Newton'),
    ],
  ),
  scene(
    'newton-on-the-saddle',
    'Newton on the saddle',
    'Newton’s step leads to every flat point: here into the saddle, where it ends. With the size of the curvature in the place of its sign it leaves.',
    ['saddle'],
    60,
    [run('Newton', 'Newton'), run('Saddle-free Newton', 'Newton', { saddle_free: true }), run('RMSProp', 'RMSprop', { lr: 0.05 })],
  ),
  scene(
    'muon',
    'Muon on a matrix',
    'Muon makes equal steps along steep and flat singular directions: straight to the middle. Adam looks at single entries, which mix the two, and goes down the steep ones first.',
    ['matrix'],
    100,
    [
      run('Momentum', 'SGD', { lr: 0.5, momentum: 0.9 }),
      run('Adam', 'Adam', { lr: 0.1 }),
      run('Muon', 'Muon', { lr: 0.05, momentum: 0.9, weight_decay: 0, hidden_only: false }),
    ],
  ),
  scene(
    'nesterov',
    'Momentum and Nesterov',
    'Momentum rolls past the middle and comes back; Nesterov looks ahead and brakes earlier.',
    ['bowl', 'ravine'],
    100,
    [run('SGD', 'SGD', { lr: 0.02 }), momentum(0.02), run('Nesterov', 'SGD', { lr: 0.02, momentum: 0.9, nesterov: true })],
  ),
  scene(
    'adagrad',
    'AdaGrad comes to a stop',
    'AdaGrad divides by all gradients that it has ever met: its steps only shrink. RMSProp forgets the old ones and goes on.',
    ['ravine', 'beale'],
    300,
    [run('AdaGrad', 'Adagrad', { lr: 0.1 }), run('RMSProp', 'RMSprop', { lr: 0.02 })],
  ),
  scene(
    'himmelblau',
    'Four valleys',
    'Drag the start: each method ends in a valley of its own choice, and momentum carries some over a ridge.',
    ['himmelblau'],
    150,
    [
      run('SGD', 'SGD', { lr: 0.01 }),
      run('Momentum', 'SGD', { lr: 0.005, momentum: 0.9 }),
      run('RMSProp', 'RMSprop', { lr: 0.03 }),
      run('Adam', 'Adam', { lr: 0.2 }),
    ],
  ),
  scene(
    'rastrigin',
    'Many dents',
    'SGD falls into the nearest dent and stays. With much momentum a run rolls over some of them.',
    ['rastrigin'],
    300,
    [run('SGD', 'SGD', { lr: 0.002 }), run('Momentum', 'SGD', { lr: 0.002, momentum: 0.97 }), run('Adam', 'Adam', { lr: 0.3 })],
  ),
  scene(
    'noise',
    'Noise',
    'With noise a constant rate ends in a cloud, the wider the higher the rate; momentum makes it wider still. Only a lower rate narrows it.',
    ['noisy'],
    400,
    [run('SGD, lr 0.5', 'SGD', { lr: 0.5 }), run('SGD, lr 0.05', 'SGD', { lr: 0.05 }), momentum(0.05), run('Adam', 'Adam', { lr: 0.1 })],
  ),
];

/** Scene by id. */
export const sceneOf = (id: string): Scene | undefined => scenes.find((known) => known.id === id);
