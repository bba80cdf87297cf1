/** The curves as a table: for screen readers, and for whoever wants the numbers. */
import { useMemo } from 'react';
import { formatLoss, formatPercent } from '../../model/format.ts';
import { tsv } from '../../store/csv.ts';
import { download, fileName } from '../../store/download.ts';
import { toast } from '../../store/toasts.ts';
import { type RunItem, useConfig, useEpochsPerStep, useLive, useRuns } from '../hooks.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './TableDialog.module.css';
import { curvesCsv, tableRows } from './table.ts';

export function TableDialog({ onClose }: { onClose: () => void }) {
  const runs = useRuns();
  const name = useConfig((state) => state.experiment.name);
  const epochsPerStep = useEpochsPerStep();
  // As it stands on opening: a table that moves cannot be read.
  const { head, rows } = useMemo(() => tableRows(runs), [runs]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(tsv([head, ...rows]));
      toast('Table copied.');
    } catch {
      toast('This page may not use the clipboard. Download the CSV instead.');
    }
  };
  return (
    <Dialog title="Curves as a table" onClose={onClose} wide>
      <div className={styles.tools}>
        <button type="button" onClick={() => void copy()}>
          Copy table
        </button>
        <button type="button" onClick={() => void curvesCsv(runs, epochsPerStep).then((blob) => download(fileName(name, 'csv'), 'text/csv', blob))}>
          Download every point as CSV
        </button>
      </div>
      {rows.length === 0 ? (
        <p className={styles.empty}>There are no points yet.</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className={styles.scroll} tabIndex={0} aria-label="Table of the curves">
          <table>
            <caption className="unseen">Training loss, validation loss and validation accuracy of each run by step</caption>
            <thead>
              <tr>
                <th scope="col" rowSpan={2}>
                  step
                </th>
                {runs.map((run) => (
                  <th key={run.id} scope="colgroup" colSpan={3}>
                    <Swatch color={run.color} /> {run.name}
                  </th>
                ))}
              </tr>
              <tr>
                {runs.map((run) => (
                  <Columns key={run.id} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(([step, ...values]) => (
                <tr key={step}>
                  <th scope="row">{step}</th>
                  {values.map((value, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns do not move
                    <td key={i}>{cell(value as number, i % 3 === 2)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      <Changes runs={runs} />
    </Dialog>
  );
}

/** What the curves show as marks. */
function Changes({ runs }: { runs: readonly RunItem[] }) {
  const { markers, diverged } = useLive(({ markers, diverged }) => ({ markers, diverged }));
  const lines = runs.flatMap((run) => [
    ...(markers[run.id] ?? []).map((marker) => `${run.name} was changed at step ${marker.step}: ${marker.text}`),
    ...(diverged[run.id] ? [`${run.name} diverged at step ${diverged[run.id]!.step}`] : []),
  ]);
  if (lines.length === 0) return null;
  return (
    <ul className={styles.changes}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function Columns() {
  return (
    <>
      <th scope="col">train loss</th>
      <th scope="col">val loss</th>
      <th scope="col">val accuracy</th>
    </>
  );
}

const cell = (value: number, share: boolean): string => (Number.isNaN(value) ? '–' : share ? formatPercent(value) : formatLoss(value));
