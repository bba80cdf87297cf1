/** Grouping, axes, the range of x in numbers (what a drag does with a mouse), and earlier races. */
import { useId, useMemo } from 'react';
import { useStore } from 'zustand';
import { groupings } from '../../model/groups.ts';
import { configStore } from '../../store/config.ts';
import { clearRaces, keepRace } from '../../store/earlier.ts';
import { toast } from '../../store/toasts.ts';
import { setView, type YRange } from '../../store/view.ts';
import { useConfig, useView } from '../hooks.ts';
import { NumberField } from '../primitives/NumberField.tsx';
import styles from './chart.module.css';
import { domainsOf } from './domains.ts';
import { seriesOf } from './lines.ts';
import { LOSS } from './spec.ts';
import { useEarlier, useScene } from './useScene.ts';
import { isZoomed, resetZoom, zoomStore, zoomX } from './zoom.ts';

export function OptionsForm() {
  return (
    <div className={styles.options}>
      <GroupBy />
      <Axes />
      <Range />
      <Earlier />
    </div>
  );
}

function GroupBy() {
  const id = useId();
  const experiment = useConfig((state) => state.experiment);
  const groupBy = useView((view) => view.groupBy);
  const options = useMemo(() => groupings(experiment.runs, experiment), [experiment]);
  const known = options.some(({ key }) => key === groupBy);
  return (
    <>
      <label htmlFor={id}>Group by</label>
      <select id={id} value={known ? groupBy : 'none'} disabled={options.length === 0} onChange={(event) => setView({ groupBy: event.target.value })}>
        <option value="none">{options.length === 0 ? 'the runs do not differ' : 'nothing: a line a run'}</option>
        {options.map(({ key, label }) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
      </select>
    </>
  );
}

const RANGES: readonly [YRange, string][] = [
  ['auto', 'what is worth seeing'],
  ['all', 'every point'],
  ['inliers', '2nd to 98th percentile'],
];

function Axes() {
  const id = useId();
  const { logX, yRange } = useView((view) => ({ logX: view.logX, yRange: view.yRange }));
  return (
    <>
      <label htmlFor={id}>Vertical range</label>
      <select id={id} value={yRange} onChange={(event) => setView({ yRange: event.target.value as YRange })}>
        {RANGES.map(([value, label]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
      <label className={styles.whole}>
        <input type="checkbox" checked={logX} onChange={(event) => setView({ logX: event.target.checked })} />
        Logarithmic horizontal axis
      </label>
    </>
  );
}

function Range() {
  const { lines, earlier, fit } = useScene(LOSS);
  const zoomed = useStore(zoomStore, isZoomed);
  const behind = earlier.map((run) => run.series);
  const { x, whole } = domainsOf(
    LOSS,
    lines.flatMap((line) => seriesOf(line.runs)),
    fit,
    behind,
  );
  const set = (min: number, max: number): void => zoomX(min <= whole.min && max >= whole.max ? null : { min, max });
  return (
    <>
      <h3>
        Shown, in {fit.choice.axis === 'time' ? 'seconds' : `${fit.choice.axis === 'samples' ? fit.choice.axis : `${fit.choice.axis}s`}`}; or drag
        over a chart, with Shift up and down
      </h3>
      <span className={styles.whole}>
        <NumberField
          label="Shown from"
          value={round(x.min)}
          min={whole.min}
          max={x.max}
          width={84}
          onCommit={(value) => value < x.max && set(value, x.max)}
        />
        to
        <NumberField label="Shown to" value={round(x.max)} min={x.min} width={84} onCommit={(value) => value > x.min && set(x.min, value)} />
        <button type="button" disabled={!zoomed} onClick={resetZoom}>
          Show all
        </button>
      </span>
    </>
  );
}

const round = (value: number): number => Number(value.toPrecision(4));

function Earlier() {
  const keep = useView((view) => view.keepRaces);
  const earlier = useEarlier();
  const keepNow = (): void => {
    toast(keepRace(configStore.getState()) ? 'These curves stay as faint lines.' : 'There are no curves to keep, or they have too many points.');
  };
  return (
    <>
      <h3>Earlier races, as faint lines</h3>
      <label className={styles.whole}>
        <input type="checkbox" checked={keep} onChange={(event) => setView({ keepRaces: event.target.checked })} />
        Keep the curves on Reset
      </label>
      <span className={styles.whole}>
        <button type="button" onClick={keepNow}>
          Keep these curves
        </button>
        <button type="button" disabled={earlier.length === 0} onClick={clearRaces}>
          Clear
        </button>
      </span>
    </>
  );
}
