/** What comes before an optimizer's own rule: the gradient as the backward pass left it, and the weight's decay. */
import { num } from '../../../model/fields.ts';
import { type ExplainStep, factor, type Given, line, tex } from './steps.ts';

export interface Prepared {
  steps: ExplainStep[];
  /** Gradient and weight that the rule goes on with. */
  g: number;
  w: number;
}

/** Coupled decay (L2 penalty): a share of the weight joins the gradient. */
export function coupled({ args, gradient, weight }: Given): Prepared {
  const steps = [line('Gradient', 'g', '', gradient)];
  const decay = num(args, 'weight_decay');
  if (decay === 0) return { steps, g: gradient, w: weight };
  const g = gradient + decay * weight;
  steps.push(line('With weight decay', 'g \\leftarrow g + \\lambda w', `${tex(gradient)} + ${factor(decay)} \\cdot ${factor(weight)}`, g));
  return { steps, g, w: weight };
}

/** Decoupled decay: the weight shrinks by itself and the gradient stays. */
export function decoupled({ args, gradient, weight, lr }: Given): Prepared {
  const steps = [line('Gradient', 'g', '', gradient)];
  const decay = num(args, 'weight_decay');
  if (decay === 0) return { steps, g: gradient, w: weight };
  const w = weight - lr * decay * weight;
  const numbers = `(1 - ${factor(lr)} \\cdot ${factor(decay)}) \\cdot ${factor(weight)}`;
  steps.push(line('Decayed weight', 'w \\leftarrow (1 - \\eta \\lambda)\\, w', numbers, w));
  return { steps, g: gradient, w };
}
