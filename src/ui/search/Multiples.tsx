/** Small multiples: the loss of every lane over its steps, on one scale, so that crawling, training and blowing up are seen at a glance. */
import { memo } from 'react';
import { formatLoss, formatNumber } from '../../model/format.ts';
import { type Found, searchCurves } from '../../store/search.ts';
import { valueDomain } from '../charts/scale.ts';
import { logScale, positiveExtent } from './axes.ts';
import styles from './Search.module.css';
import { sayTrial } from './SweepChart.tsx';

interface MultiplesProps {
  found: readonly Found[];
  chosen: string | null;
  best: string | null;
  onChoose: (id: string) => void;
}

const WIDTH = 120;
const HEIGHT = 48;
/** Points of a small curve: each the mean of as many steps as it takes. */
const POINTS = 60;
/** Losses above this many times the start are cut off. */
const TALLEST = 1.6;

export function Multiples({ found, chosen, best, onChoose }: MultiplesProps) {
  const start = found.find(({ outcome }) => Number.isFinite(outcome?.start))?.outcome?.start ?? 1;
  const finals = found.map(({ outcome }) => Math.min(outcome?.final ?? Number.NaN, start * TALLEST));
  const extent = positiveExtent([...finals, start]) ?? { min: 0.1, max: 1 };
  const { min, max } = valueDomain(extent.min, Math.min(start * TALLEST, extent.max * 1.3), true);
  return (
    <ul className={styles.multiples} aria-label="Lanes of the sweep">
      {found.map((trial) => (
        <li key={trial.id}>
          <button
            type="button"
            className={styles.tile}
            data-state={trial.outcome?.state}
            aria-pressed={trial.id === chosen}
            aria-label={`${sayTrial(trial)}${trial.id === best ? ', best' : ''}`}
            onClick={() => onChoose(trial.id)}
          >
            <span className={styles.tileHead}>
              <b>{formatNumber(trial.run.optimizer.lr)}</b>
              {trial.id === best && <span className={styles.bestWord}>best</span>}
            </span>
            <Curve id={trial.id} step={trial.step} steps={trial.steps} low={min} high={max} start={start} />
            <span className={styles.tileFoot}>{foot(trial)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

function foot({ diverged, outcome }: Found): string {
  if (diverged) return `diverged at ${diverged.step}`;
  if (!outcome) return '–';
  const words = { stable: '', worse: ', no gain', unsteady: ', unsteady', diverged: '' }[outcome.state];
  return `${formatLoss(outcome.final)}${words}`;
}

interface CurveProps {
  id: string;
  /** Steps done: what makes it draw again. */
  step: number;
  steps: number;
  low: number;
  high: number;
  start: number;
}

const Curve = memo(function Curve({ id, step, steps, low, high, start }: CurveProps) {
  const y = logScale({ min: low, max: high }, HEIGHT - 2, 2);
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <line x1="0" x2={WIDTH} y1={y(start)} y2={y(start)} className={styles.tileStart} />
      <path d={pathOf(id, step, steps, y)} />
    </svg>
  );
});

/** Means of buckets: the line one would draw through the noise. */
function pathOf(id: string, step: number, steps: number, y: (loss: number) => number): string {
  const losses = searchCurves.peek(id)?.train.train_loss;
  if (!losses || step === 0) return '';
  const size = Math.max(1, Math.ceil(steps / POINTS));
  let d = '';
  for (let from = 0; from < losses.length; from += size) {
    const to = Math.min(losses.length, from + size);
    let sum = 0;
    for (let i = from; i < to; i++) sum += losses.data[i]!;
    const x = (WIDTH * (from + to)) / 2 / steps;
    d += `${d === '' ? 'M' : 'L'}${x.toFixed(1)} ${y(sum / (to - from)).toFixed(1)}`;
  }
  return d;
}
