import type { OptimizerDefinition } from './definition.ts';
import { betas, epsilon, learningRate, PYTORCH, weightDecay } from './definition.ts';

/** State: momentum_buffer (AdamW's exp_avg, where that is at work), exp_avg_sq (of what AdamW updates). */
export const Muon: OptimizerDefinition = {
  type: 'Muon',
  label: 'Muon',
  summary:
    'Moves each hidden matrix along its orthogonalised momentum: every direction counts alike. AdamW does the vectors, the first and the last layer.',
  formula:
    'M \\leftarrow \\mu M + (1 - \\mu)\\, G, \\quad X_0 = \\frac{U}{\\lVert U \\rVert_F}, \\quad X_{k+1} = a X_k + \\left(b A + c A^2\\right) X_k, \\; A = X_k X_k^T, \\quad W \\leftarrow (1 - \\eta \\lambda)\\, W - \\eta\\, s\\, X_n \\quad (U = M; \\text{ Nesterov: } (1 - \\mu)\\, G + \\mu M)',
  source: PYTORCH('Muon'),
  fields: [
    // PyTorch's 1e-3 is meant for match_rms_adamw.
    { ...learningRate(0.02), help: 'Learning rate of the matrices: how far a step moves each of their directions.' },
    {
      name: 'momentum',
      kind: 'float',
      default: 0.95,
      min: 0,
      max: 1,
      exclusiveMax: true,
      slider: [0, 0.99],
      help: 'Decay of the running mean of the gradient that is orthogonalised.',
    },
    { name: 'nesterov', kind: 'bool', default: true, help: 'Orthogonalises the momentum mixed with the newest gradient once more.' },
    weightDecay(0.1, 'Shrinks each weight by its learning rate · weight_decay a step, whatever its gradient.'),
    {
      name: 'adjust_lr_fn',
      kind: 'enum',
      default: 'original',
      options: ['original', 'match_rms_adamw'],
      help: 'Scale of a matrix’ step: √(rows / columns), at least 1, or 0.2 · √(the larger), as long as a step of AdamW.',
    },
    {
      name: 'ns_steps',
      kind: 'int',
      default: 5,
      min: 1,
      max: 10,
      advanced: true,
      help: 'Iterations of Newton–Schulz: after five all but the smallest singular values lie about 1.',
    },
    {
      name: 'ns_coefficients',
      kind: 'floats',
      default: [3.4445, -4.775, 2.0315],
      min: -100,
      max: 100,
      advanced: true,
      help: 'a, b and c of the iteration; 1.5, −0.5 and 0 are the classic ones, slower but exact.',
    },
    { ...epsilon(1e-7), help: 'The smallest norm that a matrix is divided by.' },
    {
      name: 'hidden_only',
      kind: 'bool',
      default: true,
      advanced: true,
      help: 'Leaves the first and the last layer to AdamW. Off, their matrices are orthogonalised, too.',
    },
    { ...learningRate(1e-3), name: 'adamw_lr', help: 'Learning rate of what AdamW updates; it follows the schedule of lr.' },
    { ...betas, name: 'adamw_betas', advanced: true, help: 'Decay of AdamW’s running means of the gradient and of its square.' },
    { ...epsilon(1e-8), name: 'adamw_eps', help: 'Added to AdamW’s root so that a tiny denominator does not blow the step up.' },
  ],
  states: () => 2,
};
