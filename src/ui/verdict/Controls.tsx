/** What the visitor asks of the table. */
import { useEffect, useId, useState } from 'react';
import { useStore } from 'zustand';
import type { Group } from '../../model/verdict/groups.ts';
import { formatTarget, MEASURES, type Measure, measures, parseTarget, type Target } from '../../model/verdict/measures.ts';
import { setVerdict, verdictStore } from '../../store/verdict.ts';
import field from '../primitives/Field.module.css';
import styles from './Verdict.module.css';

export function JudgeSelect() {
  const judgeBy = useStore(verdictStore, (choice) => choice.judgeBy);
  return (
    <label className={styles.control}>
      <span>judge by</span>
      <select value={judgeBy} onChange={(event) => setVerdict({ judgeBy: event.target.value as Measure })}>
        {measures
          .filter((of) => MEASURES[of].judged)
          .map((of) => (
            <option key={of} value={of}>
              {MEASURES[of].name}
            </option>
          ))}
      </select>
    </label>
  );
}

const TARGETS: readonly (Target & { label: string })[] = [
  { metric: 'val_accuracy', value: 0.9, label: 'accuracy ≥' },
  { metric: 'val_loss', value: 0.3, label: 'loss ≤' },
];

export function TargetControl() {
  const target = useStore(verdictStore, (choice) => choice.target);
  const choose = (metric: string): void => {
    const { label: _, ...next } = TARGETS.find((known) => known.metric === metric)!;
    setVerdict({ target: next });
  };
  return (
    <span className={styles.control}>
      <label>
        <span>target</span>
        <select aria-label="target metric" value={target.metric} onChange={(event) => choose(event.target.value)}>
          {TARGETS.map(({ metric, label }) => (
            <option key={metric} value={metric}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <TargetField key={target.metric} target={target} />
    </span>
  );
}

function TargetField({ target }: { target: Target }) {
  const id = useId();
  const shown = formatTarget(target);
  const [draft, setDraft] = useState(shown);
  const [wrong, setWrong] = useState(false);
  useEffect(() => setDraft(shown), [shown]);
  const commit = (): void => {
    const value = draft === shown ? target.value : parseTarget(draft, target.metric);
    setWrong(value === undefined);
    if (value === undefined) return;
    setDraft(formatTarget({ ...target, value }));
    if (value !== target.value) setVerdict({ target: { ...target, value } });
  };
  return (
    <span className={field.number}>
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        aria-label="target value"
        aria-invalid={wrong}
        aria-describedby={wrong ? id : undefined}
        className={styles.target}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key !== 'Escape') return;
          setDraft(shown);
          setWrong(false);
        }}
      />
      {wrong && (
        <span id={id} role="alert" className={field.wrong}>
          {target.metric === 'val_accuracy' ? 'above 0 %, at most 100 %' : 'a number above 0'}
        </span>
      )}
    </span>
  );
}

/** Whose settings the others are told against. */
export function AgainstSelect({ groups }: { groups: readonly Group[] }) {
  const against = useStore(verdictStore, (choice) => choice.against);
  if (groups.length < 2) return null;
  const chosen = groups.find((group) => group.members.some((run) => run.id === against)) ?? groups[0]!;
  return (
    <label className={styles.control}>
      <span>differences from</span>
      <select className={styles.against} value={chosen.members[0]!.id} onChange={(event) => setVerdict({ against: event.target.value })}>
        {groups.map(({ key, name, members }) => (
          <option key={key} value={members[0]!.id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
