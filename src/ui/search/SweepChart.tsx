/** Final loss against learning rate, both on log scales: the stable band, its best, the edge and a tenth of it, and what diverged. */
import { useRef } from 'react';
import { formatLoss, formatNumber } from '../../model/format.ts';
import type { Band, Outcome } from '../../model/search.ts';
import type { Found } from '../../store/search.ts';
import { logTicks, valueDomain } from '../charts/scale.ts';
import { useSize } from '../hooks.ts';
import { logScale, positiveExtent } from './axes.ts';
import styles from './Search.module.css';

interface SweepChartProps {
  /** By rising rate. */
  found: readonly Found[];
  band: Band | null;
  chosen: string | null;
  onChoose: (id: string) => void;
}

const HEIGHT = 236;
const PLOT = { left: 52, right: 16, top: 30, bottom: 34 };
/** Losses above this many times the start are drawn at the top: one of them must not flatten the others. */
const TALLEST = 1.6;

interface Scales {
  width: number;
  x: (lr: number) => number;
  y: (loss: number) => number;
  xTicks: readonly number[];
  yTicks: readonly number[];
  start: number | undefined;
}

function scalesOf(found: readonly Found[], width: number): Scales {
  const rates = found.map(({ run }) => run.optimizer.lr);
  const [low, high] = [rates[0]!, rates.at(-1)!];
  const margin = (high / low) ** 0.03;
  const start = found.find(({ outcome }) => Number.isFinite(outcome?.start))?.outcome?.start;
  const ceiling = (start ?? 1) * TALLEST;
  const finals = found.map(({ outcome }) => Math.min(outcome?.final ?? Number.NaN, ceiling));
  const extent = positiveExtent([...finals, start ?? Number.NaN]) ?? { min: 0.1, max: 1 };
  const xDomain = { min: low / margin, max: high * margin };
  const yDomain = valueDomain(extent.min, extent.max, true);
  return {
    width,
    x: logScale(xDomain, PLOT.left, width - PLOT.right),
    y: logScale(yDomain, HEIGHT - PLOT.bottom, PLOT.top),
    xTicks: logTicks(xDomain, Math.max(2, Math.floor(width / 70))),
    yTicks: logTicks(yDomain, 6),
    start,
  };
}

export function SweepChart({ found, band, chosen, onChoose }: SweepChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  return (
    <div ref={box} className={styles.chart}>
      {width > 0 && <Drawing scales={scalesOf(found, width)} found={found} band={band} chosen={chosen} onChoose={onChoose} />}
      <Key found={found} />
    </div>
  );
}

const KEY: readonly (readonly [state: Outcome['state'], words: string])[] = [
  ['stable', 'stable'],
  ['worse', 'not stable'],
  ['diverged', 'diverged'],
];

/** What the marks mean, those that there are. */
function Key({ found }: Pick<SweepChartProps, 'found'>) {
  const states = new Set<Outcome['state'] | undefined>(found.map(({ outcome }) => (outcome?.state === 'unsteady' ? 'worse' : outcome?.state)));
  const cut = found.some(({ outcome }) => outcome && outcome.final > outcome.start * TALLEST);
  return (
    <ul className={styles.key} aria-label="Marks">
      {KEY.filter(([state]) => states.has(state)).map(([state, words]) => (
        <li key={state}>
          <svg width="12" height="12" aria-hidden="true" className={styles.mark} data-state={state}>
            {state === 'diverged' ? <path d="M2 2l8 8m0 -8l-8 8" /> : <circle cx="6" cy="6" r="4" />}
          </svg>
          {words}
        </li>
      ))}
      {cut && <li>at the upper edge: beyond the axis</li>}
    </ul>
  );
}

function Drawing({ scales, found, band, chosen, onChoose }: SweepChartProps & { scales: Scales }) {
  return (
    <svg width={scales.width} height={HEIGHT} role="img" aria-label={sayAll(found, band)}>
      {band && <BandMark scales={scales} found={found} band={band} />}
      <Axes scales={scales} />
      {found.map((trial) => (
        <Mark key={trial.id} scales={scales} trial={trial} chosen={trial.id === chosen} onChoose={onChoose} />
      ))}
      {band && <BestMark scales={scales} best={found[band.best]!} />}
    </svg>
  );
}

function Axes({ scales: { width, x, y, xTicks, yTicks, start } }: { scales: Scales }) {
  const bottom = HEIGHT - PLOT.bottom;
  return (
    <g className={styles.axes}>
      {yTicks.map((tick) => (
        <g key={tick}>
          <line x1={PLOT.left} x2={width - PLOT.right} y1={y(tick)} y2={y(tick)} />
          <text x={PLOT.left - 6} y={y(tick) + 4} textAnchor="end">
            {formatNumber(Number(tick.toPrecision(3)))}
          </text>
        </g>
      ))}
      {xTicks.map((tick) => (
        <text key={tick} x={x(tick)} y={bottom + 15} textAnchor="middle">
          {formatNumber(tick)}
        </text>
      ))}
      <text x={width - PLOT.right} y={HEIGHT - 3} textAnchor="end">
        lr
      </text>
      <text x={PLOT.left - 6} y={PLOT.top - 12} textAnchor="end">
        loss
      </text>
      {start !== undefined && (
        <g className={styles.startLine}>
          <line x1={PLOT.left} x2={width - PLOT.right} y1={y(start)} y2={y(start)} />
          <text x={width - PLOT.right} y={y(start) - 4} textAnchor="end">
            start
          </text>
        </g>
      )}
    </g>
  );
}

/** From half a gap before the first stable rate to half a gap after the last. */
function BandMark({ scales: { x }, found, band }: { scales: Scales; found: readonly Found[]; band: Band }) {
  const at = (i: number): number => x(found[Math.min(found.length - 1, Math.max(0, i))]!.run.optimizer.lr);
  const left = (at(band.from - 1) + at(band.from)) / 2;
  const right = (at(band.to) + at(band.to + 1)) / 2;
  const bottom = HEIGHT - PLOT.bottom;
  return (
    <g className={styles.band}>
      <rect x={left} y={PLOT.top} width={Math.max(0, right - left)} height={bottom - PLOT.top} data-band={`${band.from} ${band.to}`} />
      <text x={(left + right) / 2} y={PLOT.top - 12} textAnchor="middle">
        stable
      </text>
      {band.tenth !== null && band.tenth >= found[0]!.run.optimizer.lr && (
        <g>
          <line x1={x(band.tenth)} x2={x(band.tenth)} y1={PLOT.top} y2={bottom} />
          <text x={x(band.tenth)} y={bottom + 29} textAnchor="middle">
            edge ÷ 10
          </text>
        </g>
      )}
    </g>
  );
}

function BestMark({ scales: { x, y }, best }: { scales: Scales; best: Found }) {
  const [cx, cy] = [x(best.run.optimizer.lr), y(best.outcome!.final)];
  return (
    <g className={styles.bestMark}>
      <circle cx={cx} cy={cy} r={8} />
      <text x={cx} y={cy - 12} textAnchor="middle">
        best {formatNumber(best.run.optimizer.lr)}
      </text>
    </g>
  );
}

interface MarkProps {
  scales: Scales;
  trial: Found;
  chosen: boolean;
  onChoose: (id: string) => void;
}

/** A dot, a ring for what is not stable, a cross at the top for what diverged: never told apart by colour alone. */
function Mark({ scales: { x, y }, trial, chosen, onChoose }: MarkProps) {
  const { outcome, diverged } = trial;
  if (!outcome) return null;
  const cx = x(trial.run.optimizer.lr);
  const cy = diverged ? PLOT.top : y(outcome.final);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the small charts below do the same by keyboard
    <g className={styles.mark} data-state={outcome.state} data-chosen={chosen || undefined} onClick={() => onChoose(trial.id)}>
      <title>{sayTrial(trial)}</title>
      <circle cx={cx} cy={cy} r={12} className={styles.target} />
      {diverged ? <path d={`M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8`} /> : <circle cx={cx} cy={cy} r={chosen ? 5.5 : 4} />}
    </g>
  );
}

const SAID: Readonly<Record<Outcome['state'], string>> = {
  stable: '',
  worse: ', not below its start',
  unsteady: ', but above its start on the way',
  diverged: '',
};

/** "lr 0.3: loss 0.0412", "lr 30: diverged at step 4". */
export function sayTrial({ run, outcome, diverged, step }: Found): string {
  const lr = `lr ${formatNumber(run.optimizer.lr)}`;
  if (diverged) return `${lr}: diverged at step ${diverged.step}`;
  if (!outcome) return `${lr}: no steps yet`;
  return `${lr}: loss ${formatLoss(outcome.final)} after ${step} ${step === 1 ? 'step' : 'steps'}${SAID[outcome.state]}`;
}

function sayAll(found: readonly Found[], band: Band | null): string {
  const range = band
    ? `Stable from lr ${formatNumber(found[band.from]!.run.optimizer.lr)} to ${formatNumber(found[band.to]!.run.optimizer.lr)}. `
    : 'No stable rate. ';
  return `Final loss against learning rate. ${range}${found.map(sayTrial).join('; ')}.`;
}
