/** Curves with the same numbers in every metric. */
import { RunSeries } from '../../src/store/series.ts';

/** Appends steps from `from` on, a tenth of a second each. */
export function feed(series: RunSeries, from: number, losses: readonly number[]): RunSeries {
  const values = Float32Array.from(losses);
  const step = Uint32Array.from(losses, (_, i) => from + i);
  series.addTrain({
    run: 'x',
    step,
    train_loss: values,
    train_accuracy: values,
    lr: values,
    grad_norm: values,
    update_ratio: values,
    time: Float32Array.from(step, (s) => s / 10),
  });
  return series;
}

export const seriesOf = (losses: readonly number[]): RunSeries => feed(new RunSeries(), 1, losses);
