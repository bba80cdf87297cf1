/** One chart: recharts' frame, our paths, the shared crosshair and the table of values. */
import { type ReactNode, useId, useMemo, useRef } from 'react';
import { useEpochsPerStep, useSize, useView, useVisibleRuns } from '../hooks.ts';
import styles from './chart.module.css';
import { Frame } from './Frame.tsx';
import { Paths, type PathsHandle } from './Paths.tsx';
import type { ChartSpec } from './spec.ts';
import { useCrosshair } from './useCrosshair.ts';
import { useCurvePainter } from './useCurvePainter.ts';
import { ValueTable } from './ValueTable.tsx';

interface CurveChartProps {
  spec: ChartSpec;
  /** Over the empty chart. */
  overlay?: ReactNode;
}

const MIN_SIDE = 40;
/** Share of the axis that counts as near the pointer. */
const NEAR = 0.012;

export function CurveChart({ spec, overlay }: CurveChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const paths = useRef<PathsHandle>(null);
  const id = useId();
  const { width, height } = useSize(box);
  const runs = useVisibleRuns();
  const { axis, smoothing } = useView((view) => ({ axis: view.xAxis, smoothing: view.smoothing }));
  const epochsPerStep = useEpochsPerStep();
  // Until the data are known, nobody knows how long an epoch is.
  const usable = axis === 'epoch' && epochsPerStep === 0 ? 'step' : axis;
  const choice = useMemo(() => ({ axis: usable, epochsPerStep }), [usable, epochsPerStep]);
  const asleep = width < MIN_SIDE || height < MIN_SIDE;
  const { domains, plot, onPlot } = useCurvePainter({ spec, runs, choice, smoothing, paths, asleep });
  const pointer = useCrosshair({ spec, runs, choice, smoothing, paths, plot });
  const pathRuns = useMemo(() => runs.map((run) => ({ id: run.id, color: run.color })), [runs]);
  const children = useMemo(() => <Paths ref={paths} id={id} runs={pathRuns} layers={spec.layers} />, [id, pathRuns, spec.layers]);

  return (
    <div ref={box} className={styles.chart} data-chart={spec.name} {...pointer}>
      {!asleep && (
        <div role="img" aria-label={`${spec.name} of ${runs.map((run) => run.name).join(', ')}. The chart menu has the values as a table.`}>
          <Frame
            width={width}
            height={height}
            x0={domains.x.min}
            x1={domains.x.max}
            y0={domains.y.min}
            y1={domains.y.max}
            log={spec.log}
            percent={spec.percent ?? false}
            axis={usable}
            onPlot={onPlot}
          >
            {children}
          </Frame>
        </div>
      )}
      {overlay}
      <ValueTable chart={spec.name} runs={runs} choice={choice} reach={(domains.x.max - domains.x.min) * NEAR} />
    </div>
  );
}
