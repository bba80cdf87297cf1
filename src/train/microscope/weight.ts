/** One weight's numbers through its optimizer's formula. */
import { prepareCommon } from '../../engine/optim/explain/common.ts';
import { explanations } from '../../engine/optim/explain/index.ts';
import { explainMuonMatrix, explainMuonVector } from '../../engine/optim/explain/muon.ts';
import type { Explain, ExplainStep, Given } from '../../engine/optim/explain/steps.ts';
import { commonOf } from '../../model/optimizers/common.ts';
import { argsAt, type Lane, rateAt, updatesAt } from '../lane.ts';
import type { Update } from './look.ts';
import { type MuonMatrix, orthogonalEntry } from './muon.ts';

interface Place {
  /** Among all weights of the layer. */
  at: number;
  /** It belongs to a bias or a normalisation layer. */
  vector: boolean;
  matrix: MuonMatrix | null;
}

function own(lane: Lane, given: Given, update: Update, { at, vector, matrix }: Place): ExplainStep[] {
  const { type } = lane.optimizer;
  if (type === 'Muon') {
    if (vector || !matrix) return explainMuonVector(given);
    const x = orthogonalEntry(update, at, given.args, given.lr * matrix.ratio, given.lr);
    return explainMuonMatrix(given, x, matrix.ratio);
  }
  const explain = (explanations as Readonly<Record<string, Explain | undefined>>)[type];
  return explain?.(given) ?? [];
}

/** `step`: finished ones before the batch that makes the update. */
export function explainWeight(lane: Lane, step: number, update: Update, place: Place): ExplainStep[] {
  const { at, vector } = place;
  const common = commonOf(lane.optimizer.args);
  const [args, lr, t] = [argsAt(lane, step), rateAt(lane, step), updatesAt(lane, step) + 1];
  const decays = !(common.exempt && vector);
  const sum = common.accumulate > 1 ? update.stateBefore.grad_sum[at] : 0;
  const raw = { common, last: update.last[at], sum, shortened: update.shortened, weight: update.before[at], lr, decays };
  const prepared = prepareCommon(raw);
  const given: Given = {
    args: decays || !('weight_decay' in args) ? args : { ...args, weight_decay: 0 },
    lr,
    t,
    logMomenta: lane.momentum?.logProduct(t),
    gradient: prepared.gradient,
    weight: prepared.weight,
    state: Object.fromEntries(Object.entries(update.stateBefore).map(([name, array]) => [name, array[at]])),
  };
  // Both begin with the gradient.
  return [...prepared.steps, ...own(lane, given, update, place).slice(1)];
}
