/** The learning-rate sweep: which rates train, which is best, and where the edge is. */
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { formatLoss, formatNumber } from '../../model/format.ts';
import { type Band, stableBand } from '../../model/search.ts';
import { type Found, type Search, searchStore } from '../../store/search.ts';
import { Panel } from '../primitives/Panel.tsx';
import { Multiples } from './Multiples.tsx';
import styles from './Search.module.css';
import { SweepChart } from './SweepChart.tsx';
import { SweepForm } from './SweepForm.tsx';
import { UseRate } from './UseRate.tsx';
import { useFound, useTitle } from './useSearch.ts';

const DEFINITION =
  'Stable: finished below where it started, was below it on average on the way, and did not diverge. A finish is the mean training loss of the last tenth of the steps; the start is the loss before the first update.';

export function SweepPanel({ title }: { title: ReactNode }) {
  const sweep = useStore(searchStore, (state) => state.sweep);
  const found = useFound(sweep);
  return (
    <Panel name="Learning-rate sweep" title={title} className={styles.panel}>
      <SweepForm />
      {sweep && found.length > 0 ? <Results key={sweep.trials[0]!.id} sweep={sweep} found={found} /> : <Explanation />}
    </Panel>
  );
}

function Explanation() {
  return (
    <div className={styles.empty}>
      <p>
        The same run at many learning rates, side by side and beside your race, which stays as it is. A few hundred steps show which rates crawl,
        which train and which blow up; a rate about ten times below the edge is a good start.
      </p>
    </div>
  );
}

function Results({ sweep, found }: { sweep: Search; found: readonly Found[] }) {
  const rated = found.map(({ run, outcome }) => ({ lr: run.optimizer.lr, outcome }));
  const band = stableBand(rated);
  const title = useTitle(sweep);
  const [picked, setPicked] = useState<string | null>(null);
  const chosen = found.find(({ id }) => id === picked) ?? (band ? found[band.best]! : undefined);
  return (
    <>
      <p role="status" className={styles.verdict}>
        {verdict(title, sweep, found, band)}
      </p>
      {sweep.message !== '' && (
        <p role={sweep.state === 'failed' ? 'alert' : 'status'} className={sweep.state === 'failed' ? styles.problem : styles.note}>
          {sweep.message}
        </p>
      )}
      <SweepChart found={found} band={band} chosen={chosen?.id ?? null} onChoose={setPicked} />
      <UseRate sweep={sweep} rate={chosen?.run.optimizer.lr} tenth={band?.tenth ?? null} />
      <Multiples found={found} chosen={chosen?.id ?? null} best={band ? found[band.best]!.id : null} onChoose={setPicked} />
      <p className={styles.note}>{DEFINITION}</p>
    </>
  );
}

/** What the sweep says, in a sentence or two. */
function verdict(title: string, sweep: Search, found: readonly Found[], band: Band | null): string {
  const lost = found.filter(({ diverged }) => diverged).length;
  const tried = found.filter(({ outcome }) => outcome).length;
  const rate = (i: number): string => formatNumber(found[i]!.run.optimizer.lr);
  const name = sweep.state === 'running' ? `${title}, so far` : sweep.state === 'done' ? title : `${title}, stopped early`;
  if (tried === 0) return sweep.state === 'running' ? `${name}: no steps yet.` : `${title}: ended before the first step.`;
  const missed = sweep.state === 'running' ? 0 : found.length - tried;
  const count = [
    lost > 0 && ` ${lost} of ${found.length} ${lost === 1 ? 'lane' : 'lanes'} diverged.`,
    missed > 0 && ` ${missed} of ${found.length} rates were not reached.`,
  ]
    .filter(Boolean)
    .join('');
  if (!band) return `${name}: no rate is stable.${count} Try lower rates.`;
  const best = `best at lr ${rate(band.best)} with a loss of ${formatLoss(found[band.best]!.outcome!.final)}`;
  const from = `stable from ${rate(band.from)} to ${rate(band.to)}`;
  const edge =
    band.edge === null
      ? ' The edge lies above all that was tried.'
      : ` The edge lies between ${rate(band.to)} and ${rate(band.to + 1)}; ten times below it is ${formatNumber(band.tenth!)}.`;
  return `${name}: ${best}, ${from}.${edge}${count}`;
}
