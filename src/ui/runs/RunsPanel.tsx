/** The heart of the page: a card a run. */
import { Plus } from 'lucide-react';
import { editRun } from '../../store/config.ts';
import { addAnyRun } from '../../store/runs.ts';
import { type RunItem, useLive, useRuns } from '../hooks.ts';
import { Panel } from '../primitives/Panel.tsx';
import { Fairness } from './Fairness.tsx';
import { RunCard } from './RunCard.tsx';
import styles from './Runs.module.css';

function showAll(runs: readonly RunItem[]): void {
  for (const run of runs) if (run.spec.hidden) editRun(run.id, { hidden: undefined });
}

/** As many as an experiment may have. */
const MOST_RUNS = 32;

export function RunsPanel({ className }: { className?: string }) {
  const runs = useRuns();
  const lanes = useLive((live) => live.plan?.lanes);
  const hidden = runs.filter((run) => run.spec.hidden).length;
  return (
    <Panel
      name="Runs"
      className={className}
      detail={lanes === undefined ? undefined : lanes === 1 ? '1 lane' : `${lanes} lanes`}
      tools={
        <>
          {hidden > 0 && (
            <button type="button" className={styles.small} onClick={() => showAll(runs)}>
              Show all
            </button>
          )}
          <button type="button" className={styles.small} disabled={runs.length >= MOST_RUNS} onClick={addAnyRun}>
            <Plus size={14} /> Run
          </button>
        </>
      }
    >
      <Fairness runs={runs} />
      <ul className={styles.cards}>
        {runs.map((run, i) => (
          <RunCard key={run.id} run={run} position={i} only={runs.length === 1} />
        ))}
      </ul>
    </Panel>
  );
}
