/** The curves as a table: for screen readers, and for whoever wants the numbers. */
import { memo, useEffect, useMemo, useState } from 'react';
import { formatLoss, formatPercent } from '../../model/format.ts';
import { tsv } from '../../store/csv.ts';
import { download, fileName } from '../../store/download.ts';
import { toast } from '../../store/toasts.ts';
import { type RunItem, useConfig, useEpochsPerStep, useLive, useRuns } from '../hooks.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './TableDialog.module.css';
import { curvesCsv, type Row, tableRows } from './table.ts';

/** So many cells a frame: thirty runs have ten thousand, which would hold the page up for a tenth of a second. */
const CELLS = 800;
const COLUMN_PX = 108;

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
          <Values runs={runs} rows={rows} />
        </section>
      )}
      <Changes runs={runs} />
    </Dialog>
  );
}

/** Columns of a fixed width, or the browser would measure every cell again for the next rows; rows that are out of sight are not laid out. */
function Values({ runs, rows }: { runs: readonly RunItem[]; rows: readonly Row[] }) {
  const columns = 1 + 3 * runs.length;
  const parts = useMemo(() => {
    // Two by two: every other row is shaded.
    const most = 2 * Math.max(1, Math.floor(CELLS / columns / 2));
    return Array.from({ length: Math.ceil(rows.length / most) }, (_, i) => rows.slice(i * most, (i + 1) * most));
  }, [rows, columns]);
  const shown = useGrowing(parts.length);
  return (
    <table style={{ minWidth: columns * COLUMN_PX }} aria-busy={shown < parts.length}>
      <caption className="unseen">Training loss, validation loss and validation accuracy of each run by step</caption>
      <thead>
        <tr>
          <th scope="col" rowSpan={2}>
            step
          </th>
          {runs.map((run) => (
            <th key={run.id} scope="colgroup" colSpan={3} title={run.name}>
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
      {parts.slice(0, shown).map((part) => (
        <Part key={part[0]![0]} rows={part} />
      ))}
    </table>
  );
}

/** One more in every frame, up to `most`. */
function useGrowing(most: number): number {
  const [shown, setShown] = useState(1);
  useEffect(() => {
    if (shown >= most) return;
    const frame = requestAnimationFrame(() => setShown(shown + 1));
    return () => cancelAnimationFrame(frame);
  }, [shown, most]);
  return Math.min(shown, most);
}

const Part = memo(function Part({ rows }: { rows: readonly Row[] }) {
  return (
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
  );
});

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
