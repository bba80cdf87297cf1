/** The controls that are always there. */
import { Gauge, Monitor, Moon, Pause, Play, RotateCcw, Share2, StepForward, Sun } from 'lucide-react';
import { reset } from '../../store/actions.ts';
import { pause, start, step } from '../../store/engine.ts';
import { share } from '../../store/link.ts';
import { setView, type Theme } from '../../store/view.ts';
import { useLive, useView } from '../hooks.ts';
import { ExperimentMenu } from './ExperimentMenu.tsx';
import { GpuBadge } from './GpuBadge.tsx';
import styles from './Header.module.css';
import { StatusLine } from './StatusLine.tsx';

export function Header() {
  const { state, phase, message } = useLive(({ state, phase, error, stepping }) => ({
    state: stepping ? 'paused' : state,
    phase,
    message: error?.message,
  }));
  const running = state === 'running';
  const impossible = phase === 'unavailable' || phase === 'waiting' || phase === 'failed';
  const why = impossible ? (message ?? 'Training needs WebGPU.') : undefined;
  return (
    <header className={styles.header}>
      <div className={styles.identity}>
        <h1 className={styles.brand}>
          <Mark />
          <span>Descent</span>
        </h1>
        <ExperimentMenu />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be a form */}
      <div role="group" aria-label="Training" className={styles.transport}>
        <button
          type="button"
          className={styles.start}
          disabled={impossible}
          title={why ?? (running ? 'Pause (Space)' : 'Start (Space)')}
          aria-keyshortcuts="Space"
          onClick={running ? pause : start}
        >
          {running ? <Pause size={15} fill="currentColor" /> : <Play size={15} fill="currentColor" />}
          {running ? 'Pause' : 'Start'}
        </button>
        <button
          type="button"
          disabled={impossible || running}
          title={why ?? 'One step (→)'}
          aria-keyshortcuts="ArrowRight"
          onClick={() => void step(1).catch(() => undefined)}
        >
          <StepForward size={15} />
          Step
        </button>
        <button type="button" disabled={impossible} title={why ?? 'Back to step 0 (R)'} aria-keyshortcuts="R" onClick={reset}>
          <RotateCcw size={15} />
          Reset
        </button>
      </div>
      <StatusLine />
      <SpeedSwitch />
      <div className={styles.right}>
        <GpuBadge />
        <button type="button" title="Copy a link that reproduces this experiment (S)" aria-keyshortcuts="S" onClick={() => void share()}>
          <Share2 size={15} />
          <span className={styles.wideOnly}>Share</span>
        </button>
        <ThemeButton />
      </div>
    </header>
  );
}

/** A ball on its way down. */
function Mark() {
  return (
    <svg width="24" height="20" viewBox="0 0 24 20" aria-hidden="true" focusable="false">
      <path d="M1.5 3.5C5 3.5 6 16.5 11 16.5S17.5 9.5 22.5 9.5" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <circle cx="7" cy="9.2" r="3" fill="var(--accent)" stroke="var(--surface)" strokeWidth="1.5" />
    </svg>
  );
}

function SpeedSwitch() {
  const on = useView((view) => view.maxSpeed);
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label="Max speed"
      title={`Max speed: ${on ? 'on' : 'off'}. The GPU works longer between two looks at the page.`}
      className={styles.speed}
      onClick={() => setView({ maxSpeed: !on })}
    >
      <Gauge size={16} />
    </button>
  );
}

const NEXT: Record<Theme, Theme> = { auto: 'light', light: 'dark', dark: 'auto' };
const THEMES: Record<Theme, string> = { auto: 'as the system', light: 'light', dark: 'dark' };

function ThemeButton() {
  const theme = useView((view) => view.theme);
  const Icon = { auto: Monitor, light: Sun, dark: Moon }[theme];
  const name = `Theme: ${THEMES[theme]}`;
  return (
    <button type="button" className={styles.icon} aria-label={name} title={name} onClick={() => setView({ theme: NEXT[theme] })}>
      <Icon size={16} />
    </button>
  );
}
