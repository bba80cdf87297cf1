/** One surface with everything about it: which it is, the plot, the start, noise, losses and numbers. */
import { X } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { surfaceIds, surfaces } from '../../model/surfaces/index.ts';
import { type LabPlot, labFields } from '../../model/surfaces/lab.ts';
import { chooseSurface, editPlot, moveStart, removePlot, type SurfaceTrail, surfaceStore } from '../../store/surfaces.ts';
import { FieldInput } from '../primitives/FieldInput.tsx';
import { Formula } from '../primitives/Formula.tsx';
import { NumberField } from '../primitives/NumberField.tsx';
import { Panel } from '../primitives/Panel.tsx';
import { LossChart } from './LossChart.tsx';
import { Results } from './Results.tsx';
import { SurfacePlot } from './SurfacePlot.tsx';
import styles from './Surfaces.module.css';

const NONE: readonly SurfaceTrail[] = [];

/** The trails of a plot, as long as they are of its surface. */
function useTrails(at: number, surface: string): { trails: readonly SurfaceTrail[]; steps: number } {
  const shown = useStore(surfaceStore, (state) => state.shown);
  const fits = shown?.lab.plots[at]?.surface === surface;
  return { trails: fits ? shown.plots[at]! : NONE, steps: shown?.lab.steps ?? 0 };
}

export const PlotPanel = memo(function PlotPanel({ at, plot }: { at: number; plot: LabPlot }) {
  const surface = surfaces[plot.surface]!;
  const two = useStore(surfaceStore, ({ lab }) => lab.plots.length > 1);
  const { trails, steps } = useTrails(at, plot.surface);
  const tools = (
    <>
      <select aria-label={`Surface ${at + 1}`} value={plot.surface} onChange={(event) => chooseSurface(at, event.target.value)}>
        {surfaceIds.map((id) => (
          <option key={id} value={id}>
            {surfaces[id]!.label}
          </option>
        ))}
      </select>
      {two && (
        <button type="button" className={styles.icon} aria-label={`Remove ${surface.label}`} title="Remove" onClick={() => removePlot(at)}>
          <X size={14} />
        </button>
      )}
    </>
  );
  return (
    <Panel name={`Surface ${at + 1}: ${surface.label}`} title={surface.label} tools={tools}>
      <p className={styles.summary}>
        {surface.summary}{' '}
        <a href={surface.source.url} target="_blank" rel="noreferrer">
          {surface.source.title}
        </a>
      </p>
      <Formula tex={surface.formula} />
      <div className={styles.body}>
        <div>
          <SurfacePlot at={at} plot={plot} trails={trails} />
          <Start at={at} plot={plot} />
        </div>
        <div>
          <LossChart name={`Loss on ${surface.label}`} surface={surface} trails={trails} steps={steps} />
          <Results surface={surface} trails={trails} steps={steps} />
        </div>
      </div>
    </Panel>
  );
});

function Start({ at, plot: { start, noise, surface } }: { at: number; plot: LabPlot }) {
  const { label } = surfaces[surface]!;
  const { min, max, help } = labFields.coordinate;
  return (
    <div className={styles.start}>
      <span className={styles.coordinates}>
        {(['x', 'y'] as const).map((axis, k) => (
          <span key={axis} className={styles.coordinate}>
            <span>{k === 0 ? 'start x' : 'y'}</span>
            <NumberField
              label={`${label}: start ${axis}`}
              value={start[k]!}
              min={min}
              max={max}
              help={help}
              width={68}
              onCommit={(value) => moveStart(at, k === 0 ? [value, start[1]] : [start[0], value])}
            />
          </span>
        ))}
      </span>
      <div className={styles.noise}>
        <FieldInput field={labFields.noise} of={label} value={noise} slider onChange={(value) => editPlot(at, { noise: value as number })} />
      </div>
    </div>
  );
}
