/** Time: play, step, reset, where it stands, how fast it goes; and how many steps there are. */
import { Pause, Play, RotateCcw, StepForward } from 'lucide-react';
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { labFields } from '../../model/surfaces/lab.ts';
import { pause, play, playbackStore, SPEEDS, setSpeed, show, showAll, stepOn } from '../../store/surface_playback.ts';
import { editLab, surfaceStore } from '../../store/surfaces.ts';
import { isTyping } from '../help/typing.ts';
import { FieldInput } from '../primitives/FieldInput.tsx';
import { Slider } from '../primitives/Slider.tsx';
import styles from './Surfaces.module.css';

/** Plays once when the first trails are there, unless the visitor wants little motion: then all is shown. */
function useOpening(): void {
  const ready = useStore(surfaceStore, ({ shown }) => shown !== null);
  useEffect(() => {
    if (!ready) return;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) showAll();
    else play();
  }, [ready]);
}

/** The keys of the first screen. */
function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // Arrows on a start move it.
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const ready = surfaceStore.getState().shown !== null;
      const action = { ' ': toggle, ArrowRight: stepOn, r: rewind }[event.key];
      if (!action || !ready) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

const toggle = (): void => (playbackStore.getState().playing ? pause() : play());
const rewind = (): void => show(0);

export function Controls() {
  useOpening();
  useKeys();
  const { lab, working, shown } = useStore(surfaceStore);
  return (
    <section aria-label="Time" className={styles.controls}>
      <PlayButtons disabled={!shown} />
      <Scrubber last={shown?.lab.steps ?? lab.steps} />
      <Speed />
      <div className={styles.numbers}>
        <FieldInput field={labFields.steps} value={lab.steps} onChange={(steps) => editLab({ steps: steps as number })} />
        <FieldInput field={labFields.seed} value={lab.seed} onChange={(seed) => editLab({ seed: seed as number })} />
      </div>
      <span role="status" className="unseen">
        {working ? 'The runs are being computed.' : `${lab.steps} steps of ${lab.runs.length} runs are there.`}
      </span>
    </section>
  );
}

function PlayButtons({ disabled }: { disabled: boolean }) {
  const playing = useStore(playbackStore, (state) => state.playing);
  return (
    <div className={styles.buttons}>
      {playing ? (
        <button type="button" className={styles.primary} title="Pause (Space)" aria-keyshortcuts="Space" onClick={pause}>
          <Pause size={13} fill="currentColor" />
          Pause
        </button>
      ) : (
        <button type="button" className={styles.primary} title="Play (Space)" aria-keyshortcuts="Space" disabled={disabled} onClick={play}>
          <Play size={13} fill="currentColor" />
          Play
        </button>
      )}
      <button type="button" title="One step (→)" aria-keyshortcuts="ArrowRight" disabled={disabled} onClick={stepOn}>
        <StepForward size={14} />
        Step
      </button>
      <button type="button" title="Back to step 0 (R)" aria-keyshortcuts="R" disabled={disabled} onClick={rewind}>
        <RotateCcw size={14} />
        Reset
      </button>
    </div>
  );
}

function Scrubber({ last }: { last: number }) {
  const told = useStore(playbackStore, (state) => state.told);
  return (
    <label className={styles.scrubber}>
      <span style={{ minWidth: `${9 + 2 * String(last).length}ch` }}>
        step {told} of {last}
      </span>
      <input
        type="range"
        aria-label="Step shown"
        aria-valuetext={`${told} of ${last}`}
        min={0}
        max={last}
        step={1}
        value={told}
        onChange={(event) => show(Number(event.target.value))}
      />
    </label>
  );
}

function Speed() {
  const speed = useStore(playbackStore, (state) => state.speed);
  return (
    <div className={styles.speed}>
      <span>{speed} steps/s</span>
      <Slider label="Speed" value={speed} min={SPEEDS[0]} max={SPEEDS[1]} log whole onChange={setSpeed} />
    </div>
  );
}
