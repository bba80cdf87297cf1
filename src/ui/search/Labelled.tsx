/** A word before a control whose accessible name says more. */
import type { ReactNode } from 'react';
import type { RunItem } from '../hooks.ts';
import styles from './Search.module.css';

export function Labelled({ text, children }: { text: string; children: ReactNode }) {
  return (
    <div className={styles.labelled}>
      <span aria-hidden="true">{text}</span>
      {children}
    </div>
  );
}

/** Which run of the experiment a search is made from: network, optimizer, schedule and seed are its. */
export function SubjectSelect({ runs, value, onChange }: { runs: readonly RunItem[]; value: string; onChange: (id: string) => void }) {
  return (
    <Labelled text="run">
      <select aria-label="Run to search" className={styles.subject} value={value} onChange={(event) => onChange(event.target.value)}>
        {runs.map((run) => (
          <option key={run.id} value={run.id}>
            {run.name}
          </option>
        ))}
      </select>
    </Labelled>
  );
}
