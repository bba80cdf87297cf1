/** The values of all lines at the pointer, beside it: of a group the mean and its interval, and its single runs while it stands out. */
import { useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { formatLoss, formatNumber, formatPercent } from '../../model/format.ts';
import { interval95 } from '../../model/stats.ts';
import { live } from '../../store/live.ts';
import { curves, type Metric } from '../../store/series.ts';
import { type Hover, highlightStore, hoverStore, type Third } from '../../store/view.ts';
import { type RunItem, useLive, useView } from '../hooks.ts';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './chart.module.css';
import { type AxisChoice, xOf } from './domains.ts';
import { type Line, seriesOf } from './lines.ts';
import { indexAt } from './useCrosshair.ts';

interface ValueTableProps {
  /** Shown only in the chart under the pointer. */
  chart: string;
  lines: readonly Line[];
  choice: AxisChoice;
  /** A change in flight is told about within this distance of the pointer, in steps of the axis. */
  reach: number;
}

const HEADINGS: Record<Third, string> = { lr: 'lr', grad_norm: '‖grad‖', update_ratio: 'update' };
/** More would not fit beside the curves; the rest is in the table of the chart menu. */
const MOST_ROWS = 10;
/** Pixels from the pointer, and from the edge of the chart. */
const APART = 14;
const EDGE = 4;

export function ValueTable({ chart, lines, choice, reach }: ValueTableProps) {
  const hover = useStore(hoverStore, (state) => (state.hover?.chart === chart ? state.hover : null));
  const third = useView((view) => view.third);
  const standsOut = useStore(highlightStore, (state) => state.line);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (box.current && hover) box.current.style.left = `${leftOf(hover, box.current.offsetWidth)}px`;
  });
  if (!hover) return null;
  const [first] = seriesOf(lines.flatMap((line) => line.runs)).filter((series) => series.step.length > 0);
  if (!first) return null;
  const at = indexAt(first.step.length, xOf(first, 'train_loss', choice), hover.x);
  if (at < 0) return null;
  const step = first.step.data[at]!;
  const rows = rowsOf(lines, standsOut);
  return (
    <div ref={box} className={styles.values} aria-hidden="true">
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
          {rows.shown.map((row) => (
            <tr key={row.key} data-on={row.key === standsOut || undefined}>
              <th className={row.single ? styles.single : undefined}>
                {!row.single && <Swatch color={row.color} width={16} />} <span>{row.name}</span>
              </th>
              <Values runs={row.runs} choice={choice} x={hover.x} third={third} />
            </tr>
          ))}
        </tbody>
      </table>
      {rows.left > 0 && <p className={styles.more}>and {rows.left} more: the chart menu has them as a table</p>}
      <Changes runs={lines.flatMap((line) => line.runs)} choice={choice} x={hover.x} reach={reach} />
    </div>
  );
}

/** On the side of the pointer with more room, inside the chart. */
function leftOf({ left, width }: Hover, own: number): number {
  const wanted = left > width / 2 ? left - APART - own : left + APART;
  return Math.max(EDGE, Math.min(wanted, width - own - EDGE));
}

interface Row {
  key: string;
  name: string;
  color: number;
  runs: readonly RunItem[];
  /** One run of a group. */
  single: boolean;
}

/** As many rows as fit, the line that stands out among them. */
function rowsOf(lines: readonly Line[], standsOut: string | null): { shown: Row[]; left: number } {
  const all = lines.flatMap((line): Row[] => {
    const own: Row = { ...line, name: line.grouped ? `${line.name} · n ${line.runs.length}` : line.name, single: false };
    if (!line.grouped || line.key !== standsOut) return [own];
    return [own, ...line.runs.map((run): Row => ({ key: run.id, name: run.name, color: run.color, runs: [run], single: true }))];
  });
  const meant = Math.max(
    0,
    all.findIndex((row) => row.key === standsOut),
  );
  const from = Math.max(0, Math.min(meant - 2, all.length - MOST_ROWS));
  const shown = all.slice(from, from + MOST_ROWS);
  return { shown, left: all.length - shown.length };
}

interface ValuesProps {
  runs: readonly RunItem[];
  choice: AxisChoice;
  x: number;
  third: Third;
}

function Values({ runs, choice, x, third }: ValuesProps) {
  const cell = (metric: Metric, format: (value: number) => string): string => {
    const values = runs.map((run) => valueAt(run, metric, choice, x)).filter((value) => runs.length === 1 || Number.isFinite(value));
    const { mean, half, n } = interval95(values);
    if (Number.isNaN(mean)) return '–';
    return n > 1 && half > 0 ? `${format(mean)} ± ${format(half)}` : format(mean);
  };
  return (
    <>
      <td>{cell('train_loss', formatLoss)}</td>
      <td>{cell('val_loss', formatLoss)}</td>
      <td>{cell('val_accuracy', formatPercent)}</td>
      <td>{cell(third, (v) => formatNumber(Number(v.toPrecision(3))))}</td>
    </>
  );
}

/** Of a run at this position, NaN before its first point; of one that has diverged also behind its last, where the group's mean goes on without it. */
function valueAt(run: RunItem, metric: Metric, choice: AxisChoice, x: number): number {
  const series = curves.peek(run.id);
  if (!series) return Number.NaN;
  const { length } = series.steps(metric);
  const at = xOf(series, metric, choice);
  const i = indexAt(length, at, x);
  const ended = run.group !== null && live().diverged[run.id] !== undefined && i === length - 1 && x > at.xs[i]! * at.factor;
  return i < 0 || ended ? Number.NaN : series.column(metric).data[i]!;
}

/** Changes in flight near the pointer. */
function Changes({ runs, choice, x, reach }: { runs: readonly RunItem[]; choice: AxisChoice; x: number; reach: number }) {
  const markers = useLive((live) => live.markers);
  const changes = runs.flatMap((run) => {
    const series = curves.peek(run.id);
    if (!series) return [];
    const { xs, factor } = xOf(series, 'train_loss', choice);
    const at = (step: number): number => xs[Math.max(0, series.indexAt('train_loss', step))]! * factor;
    return (markers[run.id] ?? []).filter((marker) => Math.abs(at(marker.step) - x) <= reach).map((marker) => ({ run, ...marker }));
  });
  if (changes.length === 0) return null;
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={`${change.run.id}/${change.step}`}>
          step {change.step}, {change.run.name}: {change.text}
        </li>
      ))}
    </ul>
  );
}
