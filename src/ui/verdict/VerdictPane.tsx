/** Which is better, and is that more than luck: a table of the runs, grouped by settings, under one plain sentence. */
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { bestOf, type Group, sorted } from '../../model/verdict/groups.ts';
import { judge, notesOn } from '../../model/verdict/judge.ts';
import { type Measure, measures } from '../../model/verdict/measures.ts';
import { followVerdict, stateBytes, verdictGroups, verdictStore } from '../../store/verdict.ts';
import { useConfig, useLive, useRuns } from '../hooks.ts';
import { Panel } from '../primitives/Panel.tsx';
import { AgainstSelect, JudgeSelect, TargetControl } from './Controls.tsx';
import { CopyMenu } from './CopyMenu.tsx';
import { Sentence } from './Sentence.tsx';
import styles from './Verdict.module.css';
import { VerdictTable } from './VerdictTable.tsx';

export function VerdictPane() {
  const groups = useGroups();
  const judgeBy = useStore(verdictStore, (choice) => choice.judgeBy);
  const sort = useStore(verdictStore, (choice) => choice.sort);
  const rows = sorted(groups, sort?.by ?? null, sort?.bestFirst ?? true);
  const best = Object.fromEntries(measures.map((of) => [of, bestOf(groups, of)])) as Record<Measure, ReadonlySet<string>>;
  const judgement = judge(groups, judgeBy);
  const notes = [...notesOn(groups), ...useChanges()];
  return (
    <Panel
      name="Verdict"
      className={styles.panel}
      tools={
        <>
          <JudgeSelect />
          <TargetControl />
          <AgainstSelect groups={groups} />
          <CopyMenu rows={rows} best={best} sentences={[judgement.text, ...notes]} />
        </>
      }
    >
      <Sentence judgement={judgement} />
      <VerdictTable groups={groups} rows={rows} best={best} />
      {notes.length > 0 && (
        <ul className={styles.notes} aria-label="Notes">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <p className={styles.about}>
        A star marks the best of a column. The target counts as reached at the first validation at or past it. Runs that differ in their seed only are
        one row: mean ± 95 % interval (Student’s t); the sentence pairs them by seed. p is the chance of so large a lead if there were no difference;
        with more than two rows it is corrected (Holm) for the best having been picked among all. Runs in one race share their time.
      </p>
    </Panel>
  );
}

function useGroups(): Group[] {
  const experiment = useConfig((state) => state.experiment);
  const target = useStore(verdictStore, (choice) => choice.target);
  const [states, setStates] = useState<readonly number[]>(() => stateBytes(experiment));
  const [, redraw] = useState(0);
  useEffect(() => setStates(stateBytes(experiment)), [experiment]);
  useEffect(() => followVerdict(() => redraw((n) => n + 1)), []);
  return verdictGroups(target, states);
}

/** Runs whose settings did not hold from the start. */
function useChanges(): string[] {
  const runs = useRuns();
  const markers = useLive((live) => live.markers);
  return runs.flatMap((run) => {
    const changes = (markers[run.id] ?? []).map(({ step, text }) => `${text} at step ${step}`);
    return changes.length > 0 ? [`${run.name} was changed in flight: ${changes.join('; ')}.`] : [];
  });
}
