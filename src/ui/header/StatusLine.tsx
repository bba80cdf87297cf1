/**
 * Where training stands. Screen readers hear it when training rests; while it runs, ten numbers a second would drown everything else.
 */
import { formatCount, formatNumber } from '../../model/format.ts';
import { useLive } from '../hooks.ts';
import styles from './Header.module.css';

export function StatusLine() {
  const { phase, state, step, epoch, rate, replay, hint } = useLive((live) => ({
    phase: live.phase,
    state: live.stepping ? 'paused' : live.state,
    step: live.step,
    epoch: live.epoch,
    rate: live.stepsPerSecond,
    replay: live.replay,
    hint: live.phase === 'loading' ? live.progress?.phase : undefined,
  }));
  const running = state === 'running';
  return (
    <p role="status" aria-live={running || replay !== null ? 'off' : 'polite'} className={styles.status} data-state={running ? 'running' : phase}>
      <span>
        step <b>{step}</b>
        {replay !== null && <> of {replay}</>}
      </span>
      <span>
        epoch <b>{epoch.toFixed(2)}</b>
      </span>
      {running && (
        <span className={styles.rate}>
          <b>{formatRate(rate)}</b> steps/s
        </span>
      )}
      {!running && <span className={styles.rate}>{wordsFor(phase, state, replay !== null, hint)}</span>}
    </p>
  );
}

function wordsFor(phase: string, state: string, replaying: boolean, hint: string | undefined): string {
  if (replaying) return 'catching up';
  if (phase === 'loading') return hint === 'compile' ? 'compiling' : 'preparing';
  if (phase === 'lost') return 'waiting for the GPU';
  if (phase === 'unavailable') return 'no GPU';
  if (phase === 'waiting' || phase === 'failed') return 'cannot train';
  return state === 'paused' ? 'paused' : 'ready';
}

const formatRate = (rate: number): string => (rate >= 100 ? formatCount(Math.round(rate)) : formatNumber(Number(rate.toPrecision(2))));
