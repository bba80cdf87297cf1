/** Parallel coordinates: an axis a number and one for the loss; a line a trial, the best third of its round drawn strongly. */
import { useRef } from 'react';
import { formatLoss, formatNumber } from '../../model/format.ts';
import { bestThird, type Dimension, shareOf } from '../../model/search.ts';
import type { Found, Search } from '../../store/search.ts';
import { useSize } from '../hooks.ts';
import { logScale, positiveExtent } from './axes.ts';
import styles from './Search.module.css';

interface ParallelProps {
  search: Search;
  found: readonly Found[];
  hovered: string | null;
  onHover: (id: string | null) => void;
}

const HEIGHT = 220;
const TOP = 24;
const BOTTOM = HEIGHT - 22;
const SIDE = 44;

interface Line {
  name: string;
  low: string;
  high: string;
  at: (trial: Found) => number;
  /** The range of the last round, in pixels. */
  range: readonly [number, number] | null;
}

/** One dimension from the least to the greatest that any round tried. */
function unionOf(rounds: readonly (readonly Dimension[])[], name: string): Dimension {
  const all = rounds.map((round) => round.find((dimension) => dimension.name === name)!);
  return { ...all[0]!, from: Math.min(...all.map(({ from }) => from)), to: Math.max(...all.map(({ to }) => to)) };
}

function linesOf({ rounds }: Search, found: readonly Found[]): Line[] {
  const y = (share: number): number => BOTTOM - (BOTTOM - TOP) * Math.min(1, Math.max(0, share));
  const dimensions = (rounds[0] ?? []).map(({ name }): Line => {
    const union = unionOf(rounds, name);
    const last = rounds.at(-1)!.find((dimension) => dimension.name === name)!;
    const at = (value: number): number => y(shareOf(union, value));
    const range = rounds.length > 1 ? ([at(last.from), at(last.to)] as const) : null;
    return { name, low: formatNumber(union.from), high: formatNumber(union.to), at: ({ values }) => at(values[name]!), range };
  });
  const start = found.find(({ outcome }) => Number.isFinite(outcome?.start))?.outcome?.start ?? 1;
  const extent = positiveExtent(found.map(({ outcome }) => Math.min(outcome?.final ?? Number.NaN, 2 * start))) ?? { min: 0.1, max: 1 };
  const loss = logScale({ min: extent.min, max: Math.max(extent.max, extent.min * 1.01) }, BOTTOM, TOP);
  const at = ({ outcome, diverged }: Found): number => (diverged ? TOP - 12 : loss(outcome?.final ?? extent.max));
  return [...dimensions, { name: 'loss', low: formatLoss(extent.min), high: formatLoss(extent.max), at, range: null }];
}

/** Trials among the best third of their round. */
function strongOf(found: readonly Found[]): ReadonlySet<string> {
  const rounds = [...new Set(found.map(({ round }) => round))];
  return new Set(
    rounds.flatMap((round) => {
      const here = found.filter((trial) => trial.round === round);
      const scored = here.map(({ id, values, outcome }) => ({ id, values, final: outcome?.final ?? Number.NaN }));
      const best = new Set<unknown>(bestThird(scored));
      return scored.filter((trial) => best.has(trial)).map(({ id }) => id);
    }),
  );
}

export function Parallel({ search, found, hovered, onHover }: ParallelProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const lines = linesOf(search, found);
  const strong = strongOf(found);
  const x = (i: number): number => SIDE + ((width - 2 * SIDE) * i) / Math.max(1, lines.length - 1);
  const drawn = found.filter(({ outcome }) => outcome);
  return (
    <div ref={box} className={styles.chart}>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`Parallel coordinates of ${found.length} trials: ${lines.map((line) => line.name).join(', ')}`}
        >
          {drawn.map((trial) => (
            <path
              key={trial.id}
              className={styles.trial}
              data-state={trial.outcome!.state}
              data-strong={strong.has(trial.id) || undefined}
              data-hovered={trial.id === hovered || undefined}
              d={lines.map((line, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${line.at(trial).toFixed(1)}`).join('')}
              onPointerEnter={() => onHover(trial.id)}
              onPointerLeave={() => onHover(null)}
            >
              <title>{`${trial.run.name}: ${trial.diverged ? `diverged at step ${trial.diverged.step}` : `loss ${formatLoss(trial.outcome!.final)}`}`}</title>
            </path>
          ))}
          {lines.map((line, i) => (
            <AxisMark key={line.name} line={line} x={x(i)} last={i === lines.length - 1} />
          ))}
        </svg>
      )}
    </div>
  );
}

function AxisMark({ line: { name, low, high, range }, x, last }: { line: Line; x: number; last: boolean }) {
  return (
    <g className={styles.axis}>
      <line x1={x} x2={x} y1={TOP} y2={BOTTOM} />
      {range && <line className={styles.rangeMark} x1={x} x2={x} y1={range[0]} y2={range[1]} />}
      <text x={x} y={HEIGHT - 4} textAnchor="middle" className={styles.axisName}>
        {name}
      </text>
      <text x={last ? x - 6 : x + 6} y={TOP + 4} textAnchor={last ? 'end' : 'start'}>
        {high}
      </text>
      <text x={last ? x - 6 : x + 6} y={BOTTOM} textAnchor={last ? 'end' : 'start'}>
        {low}
      </text>
    </g>
  );
}
