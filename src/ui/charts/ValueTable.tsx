/** All runs' values at the pointer, beside it. */
import { useStore } from 'zustand';
import { formatLoss, formatNumber, formatPercent } from '../../model/format.ts';
import { curves, type Metric, type RunSeries } from '../../store/series.ts';
import { hoverStore, type Third } from '../../store/view.ts';
import { type RunItem, useLive, useView } from '../hooks.ts';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './chart.module.css';
import { type AxisChoice, xOf } from './domains.ts';
import { indexAt } from './useCrosshair.ts';

interface ValueTableProps {
  /** Shown only in the chart under the pointer. */
  chart: string;
  runs: readonly RunItem[];
  choice: AxisChoice;
  /** A change in flight is told about within this distance of the pointer, in steps of the axis. */
  reach: number;
}

const HEADINGS: Record<Third, string> = { lr: 'lr', grad_norm: '‖grad‖', update_ratio: 'update' };

export function ValueTable({ chart, runs, choice, reach }: ValueTableProps) {
  const hover = useStore(hoverStore, (state) => (state.hover?.chart === chart ? state.hover : null));
  const third = useView((view) => view.third);
  const markers = useLive((live) => live.markers);
  if (!hover) return null;
  const first = runs.map((run) => curves.peek(run.id)).find((series) => series && series.step.length > 0);
  if (!first) return null;
  const at = indexAt(first.step.length, xOf(first, 'train_loss', choice), hover.x);
  if (at < 0) return null;
  const step = first.step.data[at]!;
  const right = hover.left > hover.width / 2;
  const style = right ? { right: hover.width - hover.left + 14 } : { left: hover.left + 14 };
  const value = (series: RunSeries | undefined, metric: Metric): number => {
    if (!series) return Number.NaN;
    const i = indexAt(series.steps(metric).length, xOf(series, metric, choice), hover.x);
    return i < 0 ? Number.NaN : series.column(metric).data[i]!;
  };
  const changes = runs.flatMap((run) => {
    const series = curves.peek(run.id);
    if (!series) return [];
    const at = (s: number): number => {
      const { xs, factor } = xOf(series, 'train_loss', choice);
      return xs[Math.max(0, series.indexAt('train_loss', s))]! * factor;
    };
    return (markers[run.id] ?? []).filter((marker) => Math.abs(at(marker.step) - hover.x) <= reach).map((marker) => ({ run, ...marker }));
  });
  return (
    <div className={styles.values} style={style} aria-hidden="true">
      <p>
        <b>step {step}</b>
        {choice.epochsPerStep > 0 && <span>epoch {(step * choice.epochsPerStep).toFixed(2)}</span>}
        <span>{first.time.data[at]!.toFixed(2)} s</span>
      </p>
      <table>
        <thead>
          <tr>
            <th />
            <th>train</th>
            <th>val</th>
            <th>accuracy</th>
            <th>{HEADINGS[third]}</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => {
            const series = curves.peek(run.id);
            return (
              <tr key={run.id}>
                <th>
                  <Swatch color={run.color} width={16} /> <span>{run.name}</span>
                </th>
                <td>{say(value(series, 'train_loss'), formatLoss)}</td>
                <td>{say(value(series, 'val_loss'), formatLoss)}</td>
                <td>{say(value(series, 'val_accuracy'), formatPercent)}</td>
                <td>{say(value(series, third), (v) => formatNumber(Number(v.toPrecision(3))))}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {changes.length > 0 && (
        <ul className={styles.changes}>
          {changes.map((change) => (
            <li key={`${change.run.id}/${change.step}`}>
              step {change.step}, {change.run.name}: {change.text}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

const say = (value: number, format: (value: number) => string): string => (Number.isNaN(value) ? '–' : format(value));
