/** One contestant: a run, or the runs that differ in nothing but their seed. */
import { ChevronDown, ChevronRight, Star } from 'lucide-react';
import type { Experiment, RunSpec } from '../../model/types.ts';
import type { Contestant, Group } from '../../model/verdict/groups.ts';
import { formatMeasure, MEASURES, type Measure, measures } from '../../model/verdict/measures.ts';
import { colorOf } from '../../store/config.ts';
import { settingsWords } from '../../store/verdict.ts';
import { Swatch } from '../primitives/Swatch.tsx';
import { averagedText, type CellText, cellText } from './table.ts';
import styles from './Verdict.module.css';

interface GroupRowProps {
  group: Group;
  best: Readonly<Record<Measure, ReadonlySet<string>>>;
  /** Whose settings this one's are told against. */
  reference: RunSpec | undefined;
  experiment: Experiment;
  /** Newest step of the race. */
  newest: number;
  open: boolean;
  onToggle: () => void;
}

export function GroupRow({ group, best, reference, experiment, newest, open, onToggle }: GroupRowProps) {
  const { key, members } = group;
  const many = members.length > 1;
  return (
    <tbody data-out={group.counted.length === 0 || undefined}>
      <tr>
        <th scope="row" className={styles.first}>
          <span className={styles.name}>
            {many && (
              <button type="button" className={styles.expand} aria-expanded={open} aria-label={`Seeds of ${group.name}`} onClick={onToggle}>
                {open ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
              </button>
            )}
            <Swatch color={colorOf(members[0]!.spec, experiment.runs.indexOf(members[0]!.spec))} width={16} />
            <span>{group.name}</span>
          </span>
          <Detail group={group} reference={reference} experiment={experiment} newest={newest} />
        </th>
        {measures.map((of) => (
          <Cell key={of} text={cellText(group, of)} of={of} best={best[of].has(key)} />
        ))}
      </tr>
      {group.averaged && <AveragedRow group={group} />}
      {many && open && members.map((run) => <SeedRow key={run.id} run={run} />)}
    </tbody>
  );
}

/** Runs in turns are never quite at the same step; one this far back is catching up. */
const BEHIND = 0.9;

function Detail({ group: { members }, reference, experiment, newest }: Omit<GroupRowProps, 'best' | 'open' | 'onToggle'>) {
  const [first] = members;
  const lost = members.filter((run) => run.diverged !== null);
  const behind = members.filter((run) => run.diverged === null && run.step < BEHIND * newest);
  const words = reference && reference !== first!.spec ? settingsWords(reference, first!.spec, experiment) : [];
  return (
    <span className={styles.detail}>
      {lost.length > 0 && <b>{members.length > 1 ? `${lost.length} of ${members.length} diverged` : `diverged at step ${first!.diverged}`}</b>}
      {members.length > 1 && <span>{members.length} seeds</span>}
      {behind.length > 0 && <span>at step {Math.min(...behind.map((run) => run.step))}</span>}
      {words.length > 0 && <span title={words.join(', ')}>{words.join(', ')}</span>}
    </span>
  );
}

/** First column of its part. */
const BEGINS: ReadonlySet<Measure> = new Set(['final_accuracy', 'final_loss', 'target_steps', 'state_bytes']);

function Cell({ text: { value, half, share }, of, best }: { text: CellText; of: Measure; best: boolean }) {
  return (
    <td data-best={best || undefined} data-begins={BEGINS.has(of) || undefined}>
      <span className={styles.value}>
        {best && (
          <>
            <Star size={10} fill="currentColor" aria-hidden="true" />
            <span className="unseen">best: </span>
          </>
        )}
        {value}
      </span>
      {half !== '' && <small>± {half}</small>}
      {share !== '' && <small>{share}</small>}
    </td>
  );
}

/** The weights' moving average, which charts draw dotted: beside the run, as it is no contestant of its own. */
function AveragedRow({ group }: { group: Group }) {
  const decay = group.members[0]!.spec.optimizer.ema_decay;
  return (
    <tr className={styles.averaged}>
      <th scope="row" className={styles.first} title={`Exponential moving average of the weights, ema_decay ${String(decay)}`}>
        averaged weights
      </th>
      {measures.map((of) => (
        <Cell key={of} text={averagedText(group, of)} of={of} best={false} />
      ))}
    </tr>
  );
}

function SeedRow({ run }: { run: Contestant }) {
  const { seed, diverged, values, averaged } = run;
  return (
    <>
      <tr className={styles.seed} data-out={diverged !== null || undefined}>
        <th scope="row" className={styles.first}>
          seed {seed}
          {diverged !== null && (
            <span className={styles.detail}>
              <b>diverged at step {diverged}</b>
            </span>
          )}
        </th>
        {measures.map((of) => (
          <td key={of} data-begins={BEGINS.has(of) || undefined}>
            {formatMeasure(of, values[of])}
          </td>
        ))}
      </tr>
      {averaged && (
        <tr className={styles.seed} data-out={diverged !== null || undefined}>
          <th scope="row" className={styles.first}>
            seed {seed}, averaged
          </th>
          {measures.map((of) => (
            <td key={of} data-begins={BEGINS.has(of) || undefined}>
              {MEASURES[of].judged && formatMeasure(of, averaged[of])}
            </td>
          ))}
        </tr>
      )}
    </>
  );
}
