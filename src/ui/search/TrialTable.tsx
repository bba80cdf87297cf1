/** Every trial as a row, sorted by any column; each can join the race. */
import { ArrowDown, ArrowUp, Plus } from 'lucide-react';
import { memo, useState } from 'react';
import { RUNS } from '../../model/experiment.ts';
import { formatLoss, formatNumber, formatPercent } from '../../model/format.ts';
import { addToRace, type Found, type Search } from '../../store/search.ts';
import { toast } from '../../store/toasts.ts';
import { useConfig } from '../hooks.ts';
import styles from './Search.module.css';

interface Column {
  key: string;
  label: string;
  value: (trial: Found) => number;
  show: (trial: Found) => string;
}

function columnsOf(search: Search): Column[] {
  const names = search.rounds[0]?.map(({ name }) => name) ?? [];
  const finite = (value: number, show: (value: number) => string): string => (Number.isFinite(value) ? show(value) : '–');
  return [
    { key: 'round', label: 'round', value: ({ round }) => round, show: ({ round }) => String(round + 1) },
    ...names.map((name): Column => {
      const value = ({ values }: Found): number => values[name]!;
      return { key: name, label: name, value, show: (trial) => formatNumber(value(trial)) };
    }),
    { key: 'steps', label: 'steps', value: ({ step }) => step, show: ({ step }) => String(step) },
    {
      key: 'loss',
      label: 'loss',
      value: ({ outcome }) => outcome?.final ?? Number.NaN,
      show: ({ outcome, diverged }) => (diverged ? `diverged at ${diverged.step}` : finite(outcome?.final ?? Number.NaN, formatLoss)),
    },
    { key: 'valLoss', label: 'val. loss', value: ({ valLoss }) => valLoss, show: ({ valLoss }) => finite(valLoss, formatLoss) },
    {
      key: 'valAccuracy',
      label: 'val. accuracy',
      value: ({ valAccuracy }) => valAccuracy,
      show: ({ valAccuracy }) => finite(valAccuracy, formatPercent),
    },
  ];
}

/** What has no value comes last, whichever way the column is sorted. */
function sorted(found: readonly Found[], { value }: Column, down: boolean): Found[] {
  const rank = (trial: Found): number => (Number.isFinite(value(trial)) ? 0 : 1);
  const sign = down ? -1 : 1;
  return [...found].sort((a, b) => rank(a) - rank(b) || (rank(a) === 1 ? 0 : sign * (value(a) - value(b))));
}

interface TrialTableProps {
  search: Search;
  found: readonly Found[];
  hovered: string | null;
  onHover: (id: string | null) => void;
}

export function TrialTable({ search, found, hovered, onHover }: TrialTableProps) {
  const [sort, setSort] = useState({ key: 'loss', down: false });
  const columns = columnsOf(search);
  const by = columns.find(({ key }) => key === sort.key) ?? columns[0]!;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls sideways is reached by keyboard, too
    <section className={styles.tableBox} aria-label="Trials" tabIndex={0}>
      <table className={styles.table}>
        <caption className="unseen">Trials of the search</caption>
        <thead>
          <tr>
            {columns.map((column) => {
              const sense = column === by ? (sort.down ? 'descending' : 'ascending') : undefined;
              return (
                <th key={column.key} scope="col" aria-sort={sense}>
                  <button type="button" onClick={() => setSort({ key: column.key, down: column === by && !sort.down })}>
                    {column.label}
                    {sense === 'ascending' && <ArrowUp size={12} />}
                    {sense === 'descending' && <ArrowDown size={12} />}
                  </button>
                </th>
              );
            })}
            <th scope="col">
              <span className="unseen">Add to race</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted(found, by, sort.down).map((trial) => (
            <TrialRow key={trial.id} search={search} trial={trial} columns={columns} hovered={trial.id === hovered} onHover={onHover} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface TrialRowProps {
  search: Search;
  trial: Found;
  columns: readonly Column[];
  hovered: boolean;
  onHover: (id: string | null) => void;
}

/** Of up to 160 rows at most 32 change at a time: the others are not drawn again. */
const unchanged = (a: TrialRowProps, b: TrialRowProps): boolean =>
  a.hovered === b.hovered &&
  a.trial.id === b.trial.id &&
  a.trial.step === b.trial.step &&
  a.trial.diverged === b.trial.diverged &&
  Object.is(a.trial.valLoss, b.trial.valLoss);

const TrialRow = memo(function TrialRow({ search, trial, columns, hovered, onHover }: TrialRowProps) {
  return (
    <tr
      data-hovered={hovered || undefined}
      data-state={trial.outcome?.state}
      onPointerEnter={() => onHover(trial.id)}
      onPointerLeave={() => onHover(null)}
    >
      {columns.map((column) => (
        <td key={column.key}>{column.show(trial)}</td>
      ))}
      <td>
        <AddButton search={search} trial={trial} />
      </td>
    </tr>
  );
}, unchanged);

function AddButton({ search, trial }: { search: Search; trial: Found }) {
  const full = useConfig((state) => state.experiment.runs.length >= RUNS);
  const add = (): void => {
    addToRace(search, trial);
    toast(`Added to the race: ${trial.run.name}.`);
  };
  return (
    <button
      type="button"
      className={styles.add}
      disabled={full}
      aria-label={`Add to race: ${trial.run.name}`}
      title={full ? `An experiment holds ${RUNS} runs` : 'Add to race'}
      onClick={add}
    >
      <Plus size={14} />
    </button>
  );
}
