/** Puts a rate that was found into a run of the experiment. */
import { useState } from 'react';
import { formatNumber } from '../../model/format.ts';
import { setRate } from '../../store/runs.ts';
import type { Search } from '../../store/search.ts';
import { toast } from '../../store/toasts.ts';
import { useRuns } from '../hooks.ts';
import { Labelled } from './Labelled.tsx';
import styles from './Search.module.css';

interface UseRateProps {
  sweep: Search;
  /** Of the lane that is chosen. */
  rate: number | undefined;
  /** A tenth of the edge, where that is known. */
  tenth: number | null;
}

export function UseRate({ sweep, rate, tenth }: UseRateProps) {
  // A rate says nothing of another optimizer.
  const runs = useRuns().filter(({ spec }) => spec.optimizer.type === sweep.run.optimizer.type);
  const [chosen, setChosen] = useState<string | null>(null);
  const run = runs.find(({ id }) => id === (chosen ?? sweep.origin)) ?? runs[0];
  if (!run || rate === undefined) return null;
  const use = (lr: number): void => {
    setRate(run.id, lr);
    toast(`${run.name}: lr ${formatNumber(lr)}.`);
  };
  return (
    <div className={styles.use}>
      <Labelled text="for">
        <select aria-label="Run to change" className={styles.subject} value={run.id} onChange={(event) => setChosen(event.target.value)}>
          {runs.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Labelled>
      <button type="button" aria-label={`Use this rate: ${formatNumber(rate)}`} onClick={() => use(rate)}>
        Use this rate: <b>{formatNumber(rate)}</b>
      </button>
      {tenth !== null && tenth !== rate && (
        <button type="button" title="A tenth of the highest stable rate" onClick={() => use(tenth)}>
          Use a tenth of the edge: <b>{formatNumber(tenth)}</b>
        </button>
      )}
    </div>
  );
}
