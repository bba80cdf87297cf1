/** The badge that says whether the race is fair. */
import { Check, TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { groupRuns } from '../../model/groups.ts';
import { type RunItem, useConfig, useLive } from '../hooks.ts';
import { judge, listNames } from './fairness.ts';
import styles from './Runs.module.css';

export function Fairness({ runs }: { runs: readonly RunItem[] }) {
  const summaries = useLive((live) => live.runs);
  const model = useConfig((state) => state.experiment.model);
  const seed = useConfig((state) => state.experiment.seed);
  const verdict = useMemo(() => {
    const [specs, ids] = [runs.map((run) => run.spec), runs.map((run) => run.id)];
    const groups = groupRuns(specs, ids, 'seeds', { model, seed }) ?? [];
    return judge(
      summaries,
      new Map(runs.map((run) => [run.id, run.name])),
      groups.map((group) => group.ids),
    );
  }, [summaries, runs, model, seed]);
  if (!verdict) return null;
  const { fair, weights, batches, otherWeights, otherBatches, pairs } = verdict;
  if (pairs) {
    return (
      <p className={styles.fair} title="Runs with the same seed start from the same weights and see the same batches: compare them in pairs.">
        <Check size={14} className={styles.mark} />
        <span>
          {pairs.settings} settings × the same {pairs.starts} seeds: paired starts and batches
        </span>
      </p>
    );
  }
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
            Other initial weights: <b title={otherWeights.join(', ')}>{listNames(otherWeights)}</b>
          </p>
        )}
        {otherBatches.length > 0 && (
          <p>
            Other batches: <b title={otherBatches.join(', ')}>{listNames(otherBatches)}</b>
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
