/** A row a contestant; the seeds of a group open under it. Columns sort; a star, not only weight, marks the best. */
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import type { Group } from '../../model/verdict/groups.ts';
import { formatTarget, MEASURES, type Measure } from '../../model/verdict/measures.ts';
import { toggleSort, verdictStore } from '../../store/verdict.ts';
import { useConfig } from '../hooks.ts';
import { GroupRow } from './GroupRow.tsx';
import styles from './Verdict.module.css';

interface VerdictTableProps {
  /** In the order of the race. */
  groups: readonly Group[];
  /** As sorted. */
  rows: readonly Group[];
  best: Readonly<Record<Measure, ReadonlySet<string>>>;
}

const SHORT: Readonly<Record<Measure, string>> = {
  final_accuracy: 'final',
  best_accuracy: 'best',
  final_loss: 'final',
  best_loss: 'best',
  mean_loss: 'mean',
  target_steps: 'steps',
  target_seconds: 'seconds',
  state_bytes: 'state',
  step_seconds: 'ms/step',
};

const PARTS: readonly [heading: string, measures: readonly Measure[]][] = [
  ['Accuracy, %', ['final_accuracy', 'best_accuracy']],
  ['Validation loss', ['final_loss', 'best_loss', 'mean_loss']],
  ['To', ['target_steps', 'target_seconds']],
  ['Cost', ['state_bytes', 'step_seconds']],
];

export function VerdictTable({ groups, rows, best }: VerdictTableProps) {
  const target = useStore(verdictStore, (choice) => choice.target);
  const against = useStore(verdictStore, (choice) => choice.against);
  const experiment = useConfig((state) => state.experiment);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string): void => setOpen(open.has(key) ? new Set([...open].filter((other) => other !== key)) : new Set([...open, key]));
  const members = groups.flatMap((group) => group.members);
  const newest = Math.max(...members.map((run) => run.step));
  const reference = members.find((run) => run.id === against) ?? members[0];
  const goal = target.metric === 'val_accuracy' ? formatTarget(target) : `loss ${formatTarget(target)}`;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={styles.scroll} tabIndex={0} aria-label="Table of the verdict">
      <table className={styles.table}>
        <caption className="unseen">What each run has reached and what it cost, grouped by settings</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2} className={styles.first}>
              Run
            </th>
            {PARTS.map(([heading, of]) => (
              <th key={heading} scope="colgroup" colSpan={of.length} className={styles.part}>
                {heading === 'To' ? `To ${goal}` : heading}
              </th>
            ))}
          </tr>
          <tr>{PARTS.flatMap(([, part]) => part.map((of, i) => <Head key={of} by={of} begins={i === 0} />))}</tr>
        </thead>
        {rows.map((group) => (
          <GroupRow
            key={group.key}
            group={group}
            best={best}
            reference={reference?.spec}
            experiment={experiment}
            newest={newest}
            open={open.has(group.key)}
            onToggle={() => toggle(group.key)}
          />
        ))}
      </table>
    </section>
  );
}

/** `begins`: first column of its part, a line stands before it. */
function Head({ by, begins }: { by: Measure; begins: boolean }) {
  const sort = useStore(verdictStore, (choice) => choice.sort);
  const mine = sort?.by === by ? sort : null;
  const rises = mine && mine.bestFirst === (MEASURES[by].better === 'low');
  return (
    <th scope="col" aria-sort={mine ? (rises ? 'ascending' : 'descending') : 'none'} data-begins={begins || undefined}>
      <button type="button" title={MEASURES[by].help} className={styles.sort} onClick={() => toggleSort(by)}>
        {mine && (rises ? <ArrowUp size={11} aria-hidden="true" /> : <ArrowDown size={11} aria-hidden="true" />)}
        {SHORT[by]}
        <span className="unseen">: {MEASURES[by].name}</span>
      </button>
    </th>
  );
}
