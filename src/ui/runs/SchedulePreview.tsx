/** What the schedule of a run will do, beside the choice: the rate over its steps, the momentum where it moves, and where training stands. */
import { useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { formatNumber } from '../../model/format.ts';
import { momentumArgument } from '../../model/momentum.ts';
import { endNote, type Preview, previewOf } from '../../model/preview.ts';
import { curves, type RunSeries } from '../../store/series.ts';
import { summaryOf, summaryStore } from '../../store/summary.ts';
import { curvePath } from '../charts/path.ts';
import { roundUp } from '../charts/scale.ts';
import { type RunItem, useConfig, useLive, useSize } from '../hooks.ts';
import { runColor } from '../primitives/palette.ts';
import { lineOf, plotOf, pointOf } from './preview.ts';
import styles from './SchedulePreview.module.css';

const RATE_HEIGHT = 72;
const MOMENTUM_HEIGHT = 40;
/** Room for the labels of the value axis. */
const GUTTER = 54;

const short = (value: number): string => formatNumber(Number(value.toPrecision(3)));

export function SchedulePreview({ run }: { run: RunItem }) {
  const { spec } = run;
  const batch_size = useConfig((state) => state.experiment.batch_size);
  const eval_every = useConfig((state) => state.experiment.eval_every);
  const train = useLive((live) => live.data?.train);
  const step = useStore(summaryStore, ({ summaries }) => summaryOf(run.id, summaries).step);
  // In jumps, so that the picture is made anew seldom.
  const least = step > 0 ? roundUp(step) : 0;
  const preview = useMemo(() => {
    try {
      return previewOf(spec, { epoch: train ? { batch_size, train } : undefined, eval_every, least });
    } catch {
      // An argument is being typed; its field says what is wrong.
      return undefined;
    }
  }, [spec, batch_size, train, eval_every, least]);
  if (preview === undefined) return null;
  if (preview === null) return <p className={styles.note}>Drawn once the data are read: an epoch is as long as they are.</p>;
  return <Drawn run={run} preview={preview} step={step} />;
}

function Drawn({ run, preview, step }: { run: RunItem; preview: Preview; step: number }) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const beta = momentumArgument(run.spec.optimizer.type) === 'betas';
  const end = endNote(preview, step);
  const past = preview.follows && step > 0 ? curves.peek(run.id) : undefined;
  const shared = { color: runColor(run.color), preview, step, width: width - GUTTER };
  return (
    <div className={styles.preview} ref={box}>
      {width > GUTTER && (
        <>
          <Curve
            name={`${run.name}: planned learning rate`}
            label="lr"
            values={preview.lr}
            log={preview.log}
            fromZero
            height={RATE_HEIGHT}
            past={past}
            {...shared}
          />
          {preview.momentum && (
            <Curve
              name={`${run.name}: planned ${beta ? 'first beta' : 'momentum'}`}
              label={beta ? 'β₁' : 'momentum'}
              values={preview.momentum}
              height={MOMENTUM_HEIGHT}
              {...shared}
            />
          )}
          <p className={styles.axis} style={{ paddingLeft: GUTTER }}>
            <span>step 0</span>
            <span>{preview.steps}</span>
          </p>
        </>
      )}
      {end && <p className={end.over ? styles.over : styles.note}>{end.text}</p>}
      {preview.notes.map((note) => (
        <p key={note} className={styles.note}>
          {note}
        </p>
      ))}
    </div>
  );
}

interface CurveProps {
  name: string;
  label: string;
  preview: Preview;
  values: readonly number[];
  log?: boolean;
  fromZero?: boolean;
  /** What the run has done, where that is not what was planned. */
  past?: RunSeries;
  /** Where training stands. */
  step: number;
  color: string;
  width: number;
  height: number;
}

function Curve({ name, label, preview, values, log = false, fromZero = false, past, step, color, width, height }: CurveProps) {
  const plot = useMemo(() => plotOf(values, { width, height, steps: preview.steps, log, fromZero }), [preview, values, log, fromZero, width, height]);
  const d = useMemo(() => lineOf(preview.at, values, plot), [preview, values, plot]);
  // The n-th update, which a curve shows at n, follows n − 1 finished steps.
  const done = past && plot.flat === null ? curvePath({ ...plot, x: { min: 1, max: plot.x.max + 1 } }, past.step.data, 1, past.train.lr) : undefined;
  const now = past?.train.lr.last() ?? values[preview.at.findLastIndex((at) => at <= step)]!;
  const here = pointOf(plot, step, now);
  return (
    <figure className={styles.curve}>
      <figcaption style={{ paddingLeft: GUTTER }}>
        <span>
          {label}
          {plot.log && ', log axis'}
        </span>
        {step > 0 && (
          <span className={styles.now}>
            {short(now)} at step {step}
          </span>
        )}
      </figcaption>
      <svg width={GUTTER + width} height={height} role="img" aria-label={`${name}: ${inWords(values, preview)}`}>
        <Ends plot={plot} height={height} />
        <g transform={`translate(${GUTTER} 0)`} stroke={color}>
          <rect className={styles.area} width={width} height={height} rx="4" />
          <path className={done === undefined ? styles.line : styles.guess} d={d} />
          {done && <path className={styles.line} d={done} />}
          {step > 0 && (
            <g data-step={step}>
              <path className={styles.marker} d={`M${here.x.toFixed(1)} 0V${height}`} />
              <circle className={styles.dot} cx={here.x} cy={here.y} r="3.5" fill={color} />
            </g>
          )}
        </g>
      </svg>
    </figure>
  );
}

/** The ends of the value axis; a curve that never moves has one value. */
function Ends({ plot: { y, flat }, height }: { plot: ReturnType<typeof plotOf>; height: number }) {
  const both = [
    { at: 11, value: y.max },
    { at: height - 3, value: y.min },
  ];
  const ends = flat === null ? both : [{ at: height / 2 + 4, value: flat }];
  return ends.map(({ at, value }) => (
    <text key={at} className={styles.end} x={GUTTER - 6} y={at}>
      {short(value)}
    </text>
  ));
}

/** "from 4e-3 at step 0 up to 0.1 at step 300, 4e-7 at step 1000". */
function inWords(values: readonly number[], { at }: Preview): string {
  const say = (i: number): string => `${short(values[i]!)} at step ${at[i]}`;
  const last = values.length - 1;
  const [high, low] = [values.indexOf(Math.max(...values)), values.indexOf(Math.min(...values))];
  const inside = (i: number): boolean => i > 0 && i < last && values[i] !== values[last];
  const turn = inside(high) ? ` up to ${say(high)}` : inside(low) ? ` down to ${say(low)}` : '';
  return `from ${say(0)}${turn}, ${say(last)}`;
}
