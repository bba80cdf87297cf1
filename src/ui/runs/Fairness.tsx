/** The badge that says whether the race is fair. */
import { Check, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { type RunItem, useLive } from '../hooks.ts';
import { judge, listNames } from './fairness.ts';
import styles from './Runs.module.css';

export function Fairness({ runs }: { runs: readonly RunItem[] }) {
  const summaries = useLive((live) => live.runs);
  const verdict = useMemo(() => judge(summaries, new Map(runs.map((run) => [run.id, run.name]))), [summaries, runs]);
  if (!verdict) return null;
  const { fair, weights, batches, otherWeights, otherBatches } = verdict;
  if (fair) {
    return (
      <p
        className={styles.fair}
        title="Every run starts from the same weights and sees the same batches in the same order: what differs is the optimizer."
      >
        <Check size={14} className={styles.mark} />
        <span>
          Same initial weights <code>{weights}</code> · same batches <code>{batches}</code>
        </span>
      </p>
    );
  }
  return (
    <div className={styles.unfair} role="status">
      <TriangleAlert size={14} className={styles.mark} />
      <div>
        {otherWeights.length > 0 && (
          <p>
            Other initial weights: <b>{listNames(otherWeights)}</b>
          </p>
        )}
        {otherBatches.length > 0 && (
          <p>
            Other batches: <b>{listNames(otherBatches)}</b>
          </p>
        )}
        {otherWeights.length === 0 && (
          <p>
            Same initial weights <code>{weights}</code>
          </p>
        )}
        {otherBatches.length === 0 && (
          <p>
            Same batches <code>{batches}</code>
          </p>
        )}
      </div>
    </div>
  );
}
