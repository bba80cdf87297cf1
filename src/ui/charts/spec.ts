/** The charts of the first screen, as data. */
import type { EmaMetric, Metric } from '../../store/series.ts';

export interface ChartLayer {
  metric: Metric;
  /** `thin`: noisy, one point a step; `thick`: what one compares; `dotted`: the same of averaged weights. */
  weight: 'thin' | 'thick' | 'dotted';
}

export interface ChartSpec {
  /** Also the accessible name of the region. */
  name: string;
  layers: readonly ChartLayer[];
  log: boolean;
  /** Values are shares, shown in per cent. */
  percent?: boolean;
  /** Values above so many times the median of the first ones are outliers (a run that diverges must not flatten the others). */
  cap?: number;
  /** A log axis shows so many decades at most (a schedule that ends at 0 has no lowest one). */
  decades?: number;
  /** Lower end of a linear axis follows the curves instead of standing at 0. */
  fit?: boolean;
}

export const LOSS: ChartSpec = {
  name: 'Loss',
  layers: [
    { metric: 'train_loss', weight: 'thin' },
    { metric: 'val_loss', weight: 'thick' },
  ],
  log: true,
  cap: 4,
};

export const LOSS_LINEAR: ChartSpec = { ...LOSS, log: false, cap: 1.5 };

export const ACCURACY: ChartSpec = { name: 'Accuracy', layers: [{ metric: 'val_accuracy', weight: 'thick' }], log: false, percent: true };

export const ACCURACY_FIT: ChartSpec = { ...ACCURACY, fit: true };

const averaged = (spec: ChartSpec, metric: EmaMetric): ChartSpec => ({ ...spec, layers: [...spec.layers, { metric, weight: 'dotted' }] });

/** Where a run keeps a moving average of its weights. */
export const LOSS_EMA = averaged(LOSS, 'ema_val_loss');
export const LOSS_LINEAR_EMA = averaged(LOSS_LINEAR, 'ema_val_loss');
export const ACCURACY_EMA = averaged(ACCURACY, 'ema_val_accuracy');
export const ACCURACY_FIT_EMA = averaged(ACCURACY_FIT, 'ema_val_accuracy');

export const THIRD = {
  lr: { name: 'Learning rate', layers: [{ metric: 'lr', weight: 'thick' }], log: true, decades: 4 },
  grad_norm: { name: 'Gradient norm', layers: [{ metric: 'grad_norm', weight: 'thin' }], log: true },
  update_ratio: { name: 'Update ratio', layers: [{ metric: 'update_ratio', weight: 'thin' }], log: true },
} as const satisfies Record<string, ChartSpec>;
