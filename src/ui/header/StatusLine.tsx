/**
 * Where training stands. Screen readers hear it when training rests; while it runs, ten numbers a second would drown everything else.
 */

import { useStore } from 'zustand';
import { formatCount, formatNumber } from '../../model/format.ts';
import type { Live } from '../../store/live.ts';
import { type Summary, summaryStore } from '../../store/summary.ts';
import { useLive } from '../hooks.ts';
import styles from './Header.module.css';

/** Runs of one race may be this many steps apart, or this share of the way. */
const APART = 20;
const APART_SHARE = 0.05;

/** A run that was added or started again trains alone until it is where the others are. */
function isLate(summaries: Readonly<Record<string, Summary>>, diverged: Live['diverged']): boolean {
  const steps = Object.keys(summaries).flatMap((id) => (diverged[id] ? [] : summaries[id]!.step));
  const first = Math.max(0, ...steps);
  return Math.min(first, ...steps) < first - Math.max(APART, APART_SHARE * first);
}

export function StatusLine() {
  const { phase, state, step, epoch, rate, replay, diverged, hint } = useLive((live) => ({
    phase: live.phase,
    state: live.stepping ? 'paused' : live.state,
    step: live.step,
    epoch: live.epoch,
    rate: live.stepsPerSecond,
    replay: live.replay,
    diverged: live.diverged,
    hint: live.phase === 'loading' ? live.progress?.phase : undefined,
  }));
  const running = state === 'running';
  const late = useStore(summaryStore, ({ summaries }) => isLate(summaries, diverged));
  return (
    <p role="status" aria-live={running || replay !== null ? 'off' : 'polite'} className={styles.status} data-state={running ? 'running' : phase}>
      <span>
        step <b>{step}</b>
        {replay !== null && <> of {replay}</>}
      </span>
      <span>
        epoch <b>{epoch.toFixed(2)}</b>
      </span>
      <span>
        {running && !late ? (
          <>
            <b>{formatRate(rate)}</b> steps/s
          </>
        ) : (
          wordsFor(phase, state, replay !== null || (running && late), hint)
        )}
      </span>
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
