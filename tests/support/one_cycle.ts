/**
 * torch.optim.lr_scheduler.OneCycleLR as PyTorch's documentation and its paper (Smith and Topin, Super-Convergence, 2018) describe it, for
 * one parameter group: a machine that is stepped once an update and writes `lr` and `momentum` into its group. Plain on purpose, and with
 * nothing of src/.
 */

export interface OneCycleArguments {
  max_lr: number;
  total_steps: number;
  pct_start: number;
  anneal_strategy: 'cos' | 'linear';
  base_momentum: number;
  max_momentum: number;
  div_factor: number;
  final_div_factor: number;
  three_phase: boolean;
}

/** PyTorch's defaults; total_steps has none. */
export const ONE_CYCLE: Omit<OneCycleArguments, 'max_lr' | 'total_steps'> = {
  pct_start: 0.3,
  anneal_strategy: 'cos',
  base_momentum: 0.85,
  max_momentum: 0.95,
  div_factor: 25,
  final_div_factor: 1e4,
  three_phase: false,
};

interface Phase {
  /** The number of the step with which it is over; not a whole one as a rule. */
  end_step: number;
  lr: { start: number; end: number };
  momentum: { start: number; end: number };
}

function phasesOf(args: OneCycleArguments): Phase[] {
  const { max_lr, total_steps, pct_start, base_momentum: low, max_momentum: high } = args;
  const initial_lr = max_lr / args.div_factor;
  const min_lr = initial_lr / args.final_div_factor;
  const up: Phase = { end_step: pct_start * total_steps - 1, lr: { start: initial_lr, end: max_lr }, momentum: { start: high, end: low } };
  const last = total_steps - 1;
  if (!args.three_phase) return [up, { end_step: last, lr: { start: max_lr, end: min_lr }, momentum: { start: low, end: high } }];
  return [
    up,
    { end_step: 2 * pct_start * total_steps - 2, lr: { start: max_lr, end: initial_lr }, momentum: { start: low, end: high } },
    { end_step: last, lr: { start: initial_lr, end: min_lr }, momentum: { start: high, end: high } },
  ];
}

function anneal({ anneal_strategy }: OneCycleArguments, { start, end }: { start: number; end: number }, pct: number): number {
  if (anneal_strategy === 'linear') return (end - start) * pct + start;
  const cos_out = Math.cos(Math.PI * pct) + 1;
  return end + ((start - end) / 2) * cos_out;
}

/** What the group holds before update 0, 1, …, total_steps − 1: PyTorch raises when it is stepped on. */
export function walkOneCycle(args: OneCycleArguments): { lr: number; momentum: number }[] {
  const phases = phasesOf(args);
  const group: { lr: number; momentum: number }[] = [];
  for (let step_num = 0; step_num < args.total_steps; step_num++) {
    let start_step = 0;
    for (const [i, phase] of phases.entries()) {
      if (step_num > phase.end_step && i < phases.length - 1) {
        start_step = phase.end_step;
        continue;
      }
      const pct = (step_num - start_step) / (phase.end_step - start_step);
      group.push({ lr: anneal(args, phase.lr, pct), momentum: anneal(args, phase.momentum, pct) });
      break;
    }
  }
  return group;
}
