/** The three chart panels of the first screen, with their controls. */
import { useId } from 'react';
import { setView, type Third, type XAxis } from '../../store/view.ts';
import { useConfig, useView } from '../hooks.ts';
import { Panel } from '../primitives/Panel.tsx';
import { walkTabs } from '../primitives/tabs.ts';
import { ChartMenu } from './ChartMenu.tsx';
import { ChartOptions } from './ChartOptions.tsx';
import { CurveChart } from './CurveChart.tsx';
import styles from './chart.module.css';
import { Legend } from './Legend.tsx';
import { Overlay } from './Overlay.tsx';
import { ACCURACY, ACCURACY_EMA, ACCURACY_FIT, ACCURACY_FIT_EMA, LOSS, LOSS_EMA, LOSS_LINEAR, LOSS_LINEAR_EMA, THIRD } from './spec.ts';

const MOST_SMOOTHING = 0.999;

/** Whether any run keeps a moving average of its weights. */
const useAverages = (): boolean => useConfig((state) => state.experiment.runs.some((run) => Number(run.optimizer.ema_decay ?? 0) > 0));

export function LossPanel({ className }: { className?: string }) {
  const { logLoss, smoothing, xAxis } = useView(({ logLoss, smoothing, xAxis }) => ({ logLoss, smoothing, xAxis }));
  const id = useId();
  const averages = useAverages();
  const [log, linear] = averages ? [LOSS_EMA, LOSS_LINEAR_EMA] : [LOSS, LOSS_LINEAR];
  return (
    <Panel
      name="Loss"
      detail={`training thin · validation thick${averages ? ' · averaged weights dotted' : ''}`}
      className={className}
      tools={
        <>
          <span className={styles.smoothing}>
            <label htmlFor={id}>smoothing</label>
            <input
              id={id}
              type="range"
              min={0}
              max={MOST_SMOOTHING}
              step={0.001}
              value={smoothing}
              onChange={(event) => setView({ smoothing: Number(event.target.value) })}
            />
            <output htmlFor={id}>{smoothing.toFixed(smoothing > 0.99 ? 3 : 2)}</output>
          </span>
          <button type="button" className={styles.toggle} aria-pressed={logLoss} onClick={() => setView({ logLoss: !logLoss })}>
            log
          </button>
          <select
            className={styles.select}
            aria-label="Horizontal axis"
            value={xAxis}
            onChange={(event) => setView({ xAxis: event.target.value as XAxis })}
          >
            <option value="step">step</option>
            <option value="epoch">epoch</option>
            <option value="time">time</option>
            <option value="samples">samples</option>
          </select>
          <ChartOptions />
          <ChartMenu chart="Loss" />
        </>
      }
    >
      <Legend />
      <CurveChart spec={logLoss ? log : linear} overlay={<Overlay />} />
    </Panel>
  );
}

export function AccuracyPanel({ className }: { className?: string }) {
  const fit = useView((view) => view.fitAccuracy);
  const [fitted, whole] = useAverages() ? [ACCURACY_FIT_EMA, ACCURACY_EMA] : [ACCURACY_FIT, ACCURACY];
  return (
    <Panel
      name="Accuracy"
      detail="validation, %"
      className={className}
      tools={
        <>
          <button
            type="button"
            className={styles.toggle}
            aria-pressed={fit}
            title="Show the part of the axis where the curves are"
            onClick={() => setView({ fitAccuracy: !fit })}
          >
            fit
          </button>
          <ChartMenu chart="Accuracy" />
        </>
      }
    >
      <CurveChart spec={fit ? fitted : whole} />
    </Panel>
  );
}

const THIRDS: readonly [value: Third, label: string, short: string][] = [
  ['lr', 'Learning rate', 'lr'],
  ['grad_norm', 'Gradient norm', 'Grad norm'],
  ['update_ratio', 'Update ratio', 'Update'],
];

const EXPLAINED: Record<Third, string> = {
  lr: 'As the schedule and changes in flight make it',
  grad_norm: 'Euclidean norm of the gradient of all parameters',
  update_ratio: '‖Δw‖ / ‖w‖: about 1e-3 is healthy',
};

export function ThirdPanel({ className }: { className?: string }) {
  const third = useView((view) => view.third);
  const spec = THIRD[third];
  const id = useId();
  return (
    <Panel
      name="Learning rate, gradient norm and update ratio"
      className={className}
      title={
        <span role="tablist" aria-label="Third chart" data-nowrap className={styles.tabs} onKeyDown={walkTabs}>
          {THIRDS.map(([value, label, short]) => (
            <button
              key={value}
              type="button"
              role="tab"
              aria-selected={third === value}
              aria-controls={id}
              // One stop for Tab; arrows go on from there.
              tabIndex={third === value ? 0 : -1}
              aria-label={label}
              title={EXPLAINED[value]}
              onClick={() => setView({ third: value })}
            >
              <span className={styles.long}>{label}</span>
              <span className={styles.short}>{short}</span>
            </button>
          ))}
        </span>
      }
      tools={<ChartMenu chart={spec.name} />}
    >
      <div id={id} role="tabpanel" aria-label={spec.name} className={styles.tabpanel}>
        <CurveChart key={third} spec={spec} />
      </div>
    </Panel>
  );
}
