/** The heart of the page: a card a run. */
import { Grid2x2Plus, Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { RUNS } from '../../model/experiment.ts';
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

/** Loaded when it is asked for. */
const GridDialog = lazy(() => import('./GridDialog.tsx').then((m) => ({ default: m.GridDialog })));

/** With more runs than this a card is one row until it is opened. */
const ROWS_FROM = 9;

export function RunsPanel({ className }: { className?: string }) {
  const runs = useRuns();
  const lanes = useLive((live) => live.plan?.lanes);
  const [grid, setGrid] = useState(false);
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
          <button type="button" className={styles.small} title="Train these runs with several seeds each" onClick={() => setGrid(true)}>
            <Grid2x2Plus size={14} /> Seeds
          </button>
          <button
            type="button"
            className={styles.small}
            title={runs.length >= RUNS ? `An experiment holds ${RUNS} runs` : undefined}
            disabled={runs.length >= RUNS}
            onClick={addAnyRun}
          >
            <Plus size={14} /> Run
          </button>
        </>
      }
    >
      <Fairness runs={runs} />
      <ul className={styles.cards}>
        {runs.map((run, i) => (
          <RunCard key={run.id} run={run} position={i} only={runs.length === 1} compact={runs.length >= ROWS_FROM} />
        ))}
      </ul>
      {grid && (
        <Suspense>
          <GridDialog runs={runs} onClose={() => setGrid(false)} />
        </Suspense>
      )}
    </Panel>
  );
}
