/** Start or Cancel, with what a search will take, or how far it is, or why it cannot begin. */
import { Play, Square } from 'lucide-react';
import { cancelSearch, type SearchKind } from '../../store/search.ts';
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

export function Launch({ kind, start, problem, plan, note, ready, onStart }: LaunchProps) {
  const progress = useProgress();
  if (progress?.kind === kind) return <Running />;
  const busy = progress ? 'Another search is running.' : null;
  return (
    <div className={styles.launch}>
      <button type="button" className={styles.start} disabled={!ready || problem !== null || busy !== null} onClick={() => void onStart()}>
        <Play size={14} /> {start}
      </button>
      {problem ? (
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

function Running() {
  const progress = useProgress();
  if (!progress) return null;
  const { round, rounds, turn, turns, step, steps } = progress;
  const words = [
    rounds > 1 && `round ${round + 1} of ${rounds}`,
    turns > 1 && `turn ${turn + 1} of ${turns}`,
    step === 0 ? 'getting ready' : `step ${step} of ${steps}`,
  ].filter(Boolean);
  return (
    <div className={styles.launch}>
      <button type="button" onClick={cancelSearch}>
        <Square size={13} /> Cancel
      </button>
      <div className={styles.progress}>
        <progress aria-label="Search" max={turns * steps} value={step === 0 && turn === 0 ? undefined : turn * steps + step} />
        <p className={styles.note}>{words.join(' · ')}</p>
      </div>
    </div>
  );
}
