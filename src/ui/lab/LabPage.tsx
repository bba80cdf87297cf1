/** The frame of the self-test and benchmark pages: what it is, run and cancel, progress, results, and taking them along. */
import { ClipboardCopy, Download, Play, Square } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useStore } from 'zustand';
import { cancel, labStore, saveReport } from '../../store/lab.ts';
import { useTheme } from '../hooks.ts';
import styles from './Lab.module.css';
import { type LabTable, markdown } from './tables.ts';

interface LabPageProps {
  title: string;
  /** What it does, in a sentence or two. */
  about: ReactNode;
  /** On the button. */
  action: string;
  run: () => void;
  disabled?: boolean;
  file: string;
  options?: ReactNode;
  tables: readonly LabTable[];
  /** One sentence about all results. */
  verdict?: { text: string; good: boolean } | null;
}

export function LabPage({ title, about, action, run, disabled = false, file, options, tables, verdict }: LabPageProps) {
  useTheme();
  const { state, adapter, progress, message } = useStore(labStore);
  const running = state === 'running';
  const shown = tables.filter((table) => table.rows.length > 0);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <a href="./">← Descent</a>
        <h1>{title}</h1>
      </header>
      <main className={styles.main}>
        <p className={styles.about}>{about}</p>
        <div className={styles.controls}>
          {options}
          {running ? (
            <button type="button" onClick={cancel}>
              <Square size={13} fill="currentColor" />
              Cancel
            </button>
          ) : (
            <button type="button" className={styles.run} disabled={disabled} onClick={run}>
              <Play size={13} fill="currentColor" />
              {state === 'idle' ? action : 'Run again'}
            </button>
          )}
        </div>
        {state === 'idle' && <p className={styles.about}>Results stand here as they come. Cancel keeps those that are there.</p>}
        {running && (
          <div className={styles.progress} role="status">
            <progress aria-label={title} max={progress?.total || 1} value={progress ? progress.done : undefined} />
            <span>{progress ? `${progress.done} of ${progress.total}${progress.label && `: ${progress.label}`}` : 'Asking for the GPU …'}</span>
          </div>
        )}
        {(state === 'failed' || state === 'unavailable') && (
          <p role="alert" className={styles.bad}>
            {message}
          </p>
        )}
        {state === 'cancelled' && <p role="status">Cancelled. What was measured stands below.</p>}
        {verdict && (
          <p role="status" className={verdict.good ? styles.good : styles.bad}>
            {verdict.text}
          </p>
        )}
        {adapter && (
          <p className={styles.adapter}>
            Adapter: <strong>{adapter.description || adapter.name}</strong>
            {adapter.software && ' — a software adapter: right, but slow. Its figures say nothing about a graphics card.'}
          </p>
        )}
        {shown.map((table) => (
          <Table key={table.caption} table={table} />
        ))}
        {shown.length > 0 && <Take tables={shown} file={file} />}
      </main>
      <footer className={styles.footer}>Nothing is sent anywhere: it all runs in this page.</footer>
    </div>
  );
}

function Table({ table: { caption, columns, rows, bad } }: { table: LabTable }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={styles.scroll} aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col" data-number={column.endsWith(':')}>
                {column.replace(/:$/, '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, i) => (
            <tr key={cells.slice(0, 3).join()} data-bad={bad[i]}>
              {cells.map((cell, k) =>
                k === 0 ? (
                  <th key={columns[k]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={columns[k]} data-number={columns[k]!.endsWith(':')}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Take({ tables, file }: { tables: readonly LabTable[]; file: string }) {
  const [said, say] = useState('');
  const copy = (): void => {
    const adapter = labStore.getState().adapter;
    const text = [...tables.map(markdown), `${adapter?.description || adapter?.name || ''}; ${navigator.userAgent}`].join('\n\n');
    navigator.clipboard.writeText(text).then(
      () => say('Copied as a Markdown table.'),
      () => say('The browser did not allow copying: select the table instead.'),
    );
  };
  return (
    <div className={styles.take}>
      <button type="button" onClick={copy}>
        <ClipboardCopy size={14} />
        Copy tables
      </button>
      <button type="button" onClick={() => saveReport(file)}>
        <Download size={14} />
        Download JSON
      </button>
      <span role="status">{said}</span>
    </div>
  );
}
