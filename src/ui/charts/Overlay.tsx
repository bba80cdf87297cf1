/** What stands in the empty loss chart: what is being prepared, what is wrong, or what to press. */
import { useStore } from 'zustand';
import type { Progress } from '../../store/live.ts';
import { summaryStore } from '../../store/summary.ts';
import { useConfig, useLive } from '../hooks.ts';
import styles from './chart.module.css';

const PHASES: Record<Progress['phase'], string> = {
  device: 'Asking for the GPU',
  data: 'Preparing the data',
  compile: 'Compiling the training step',
  self_test: 'Testing every operation',
};

export function Overlay() {
  const { phase, progress, error } = useLive(({ phase, progress, error }) => ({ phase, progress, error }));
  const drawn = useStore(summaryStore, ({ summaries }) => Object.values(summaries).some((summary) => summary.step > 0));
  const begun = useLive((live) => live.step > 0 || live.state === 'running');
  const note = useConfig((state) => state.experiment.note);
  const count = useConfig((state) => state.experiment.runs.length);
  if (drawn || begun) return null;
  if (phase === 'loading') {
    return (
      <div className={styles.overlay}>
        <p className={styles.lead}>{progress ? PHASES[progress.phase] : 'Getting ready'}</p>
        <progress
          className={styles.progress}
          aria-label={progress ? PHASES[progress.phase] : 'Getting ready'}
          max={progress?.total || 1}
          value={progress && progress.total > 0 ? progress.done : undefined}
        />
        {progress && progress.total > 1 && (
          <p className={styles.note}>
            {progress.done} of {progress.total}
          </p>
        )}
      </div>
    );
  }
  if ((phase === 'failed' || phase === 'waiting') && error) {
    return (
      <div className={styles.overlay} role="alert">
        <p className={styles.lead}>{phase === 'waiting' ? 'This cannot be trained yet' : 'This experiment could not be prepared'}</p>
        <p className={styles.note}>{error.message}</p>
      </div>
    );
  }
  if (phase !== 'ready') return null;
  return (
    <div className={styles.overlay}>
      <p className={styles.lead}>{note ?? 'Ready to train.'}</p>
      <p className={styles.note}>Press Start, or Space, to train {count === 1 ? 'one run' : `${count} runs side by side`}.</p>
    </div>
  );
}
