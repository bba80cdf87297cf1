/** Random search: points at random on log scales, then closer around the best third, with more steps. */
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { formatLoss, formatNumber } from '../../model/format.ts';
import { type Found, type Search, searchStore } from '../../store/search.ts';
import { Panel } from '../primitives/Panel.tsx';
import { Parallel } from './Parallel.tsx';
import { RandomForm } from './RandomForm.tsx';
import styles from './Search.module.css';
import { TrialTable } from './TrialTable.tsx';
import { useFound, useTitle } from './useSearch.ts';

export function RandomPanel({ title }: { title: ReactNode }) {
  const random = useStore(searchStore, (state) => state.random);
  const found = useFound(random);
  return (
    <Panel name="Random search" title={title} className={styles.panel}>
      <RandomForm />
      {random && found.length > 0 ? <Results key={random.trials[0]!.id} random={random} found={found} /> : <Explanation />}
    </Panel>
  );
}

function Explanation() {
  return (
    <div className={styles.empty}>
      <p>
        Settings at random on log scales: every trial tries another value of every number, which a grid does not. Each later round looks around the
        best third of the one before, with twice the steps. Your race stays as it is.
      </p>
    </div>
  );
}

function Results({ random, found }: { random: Search; found: readonly Found[] }) {
  const [hovered, setHovered] = useState<string | null>(null);
  const { message, state } = random;
  const title = useTitle(random);
  return (
    <>
      <p role="status" className={styles.verdict}>
        {verdict(title, random, found)}
      </p>
      {message !== '' && (
        <p role={state === 'failed' ? 'alert' : 'status'} className={state === 'failed' ? styles.problem : styles.note}>
          {message}
        </p>
      )}
      <Parallel search={random} found={found} hovered={hovered} onHover={setHovered} />
      <TrialTable search={random} found={found} hovered={hovered} onHover={setHovered} />
      <p className={styles.note}>
        Loss: mean training loss of the last tenth of the steps. Rounds differ in their steps: compare within a round. The bars on the axes are the
        ranges of the last round.
      </p>
    </>
  );
}

function verdict(name: string, { state }: Search, found: readonly Found[]): string {
  const last = Math.max(...found.filter(({ outcome }) => outcome).map(({ round }) => round));
  const here = found.filter(({ round, outcome }) => round === last && Number.isFinite(outcome?.final));
  const lost = found.filter(({ diverged }) => diverged).length;
  const words = state === 'running' ? `${name}, so far` : state === 'done' ? name : `${name}, stopped early`;
  const count = lost === 0 ? '' : ` ${lost} of ${found.length} trials diverged.`;
  if (!Number.isFinite(last)) return state === 'running' ? `${words}: no steps yet.` : `${name}: ended before the first step.`;
  if (here.length === 0) return `${words}: nothing finished in round ${last + 1}.${count}`;
  const best = here.reduce((a, b) => (b.outcome!.final < a.outcome!.final ? b : a));
  const values = Object.entries(best.values).map(([key, value]) => `${key} ${formatNumber(value)}`);
  return `${words}: best of round ${last + 1} with a loss of ${formatLoss(best.outcome!.final)}: ${values.join(', ')}.${count}`;
}
