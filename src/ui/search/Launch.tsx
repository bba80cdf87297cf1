/** Start or Cancel, with what a search will take, or how far it is, or why it cannot begin. */
import { Play, Square } from 'lucide-react';
import { cancelSearch, type SearchKind, type SearchProgress } from '../../store/search.ts';
import styles from './Search.module.css';
import { useProgress } from './useSearch.ts';

interface LaunchProps {
  kind: SearchKind;
  /** On the button. */
  start: string;
  problem: string | null;
  /** Said before it begins. */
  plan: string;
  /** What the run's schedule has to do with it; '' for nothing. */
  note: string;
  ready: boolean;
  onStart: () => Promise<void>;
}

/** One button for both: who starts by keyboard has the way to end it under the same finger. */
export function Launch({ kind, start, problem, plan, note, ready, onStart }: LaunchProps) {
  const progress = useProgress();
  const running = progress?.kind === kind;
  const busy = progress && !running ? 'Another search is running.' : null;
  return (
    <div className={styles.launch}>
      <button
        type="button"
        className={running ? undefined : styles.start}
        disabled={!running && (!ready || problem !== null || busy !== null)}
        onClick={() => (running ? cancelSearch() : void onStart())}
      >
        {running ? <Square size={13} /> : <Play size={14} />} {running ? 'Cancel' : start}
      </button>
      {running ? (
        <Running {...progress} />
      ) : problem ? (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      ) : (
        <p role="status" className={styles.note}>
          {busy ?? `${plan} ${note}`.trimEnd()}
        </p>
      )}
    </div>
  );
}

function Running({ round, rounds, turn, turns, step, steps }: SearchProgress) {
  const words = [
    rounds > 1 && `round ${round + 1} of ${rounds}`,
    turns > 1 && `turn ${turn + 1} of ${turns}`,
    step === 0 ? 'getting ready' : `step ${step} of ${steps}`,
  ].filter(Boolean);
  return (
    <div className={styles.progress}>
      <progress aria-label="Search" max={turns * steps} value={step === 0 && turn === 0 ? undefined : turn * steps + step} />
      <p className={styles.note}>{words.join(' · ')}</p>
    </div>
  );
}
