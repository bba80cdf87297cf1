/** What to search, between which ends, in how many rounds. */
import { useStore } from 'zustand';
import { ownRate } from '../../model/rate.ts';
import { type Axis, checkRandom, type Dimension, ratesAround, SWEEP, stepsOfRound } from '../../model/search.ts';
import { axesFor } from '../../model/searched.ts';
import { sayTurns } from '../../store/fit.ts';
import { startRandom } from '../../store/search.ts';
import { type RunItem, useLive } from '../hooks.ts';
import { NumberField } from '../primitives/NumberField.tsx';
import { type Forms, formsStore, setForms } from './forms.ts';
import { Labelled, SubjectSelect } from './Labelled.tsx';
import { Launch } from './Launch.tsx';
import styles from './Search.module.css';
import { problemOf, useFit, useScheduleNote, useSubject } from './useSearch.ts';

const ROUNDS = { min: 1, max: 5 } as const;
/** What is searched unless the visitor says otherwise. */
const USUAL: ReadonlySet<string> = new Set(['lr', 'momentum', 'weight_decay']);

interface Range extends Dimension {
  axis: Axis;
  off: boolean;
}

function rangesOf({ spec }: RunItem, given: Forms['ranges']): Range[] {
  const { optimizer } = spec;
  return axesFor(spec).map((axis) => {
    const { name, spread } = axis;
    const [from, to] = name === 'lr' ? ratesAround(ownRate(spec), axis.field.max) : axis.usual;
    const set = given[`${optimizer.type} ${name}`] ?? { from, to, off: !USUAL.has(name) };
    return { axis, name, spread, ...set };
  });
}

export function RandomForm() {
  const { runs, run } = useSubject();
  const forms = useStore(formsStore);
  const ready = useLive((live) => live.phase === 'ready');
  const fit = useFit(run.id);
  const { trials, firstSteps, rounds, seed } = forms;
  const ranges = rangesOf(run, forms.ranges);
  const dimensions = ranges.filter(({ off }) => !off).map(({ name, from, to, spread }): Dimension => ({ name, from, to, spread }));
  const fields = new Map(ranges.map(({ name, axis }) => [name, axis.field]));
  const problem = problemOf(() => checkRandom(dimensions, fields, trials, firstSteps));
  const note = useScheduleNote(run, stepsOfRound(firstSteps, rounds - 1));
  const impossible = fit && fit.most < 1 ? sayTurns(fit, trials) : null;
  const last = stepsOfRound(firstSteps, rounds - 1);
  const plan = `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${trials} trials, ${firstSteps}${rounds > 1 ? ` to ${last}` : ''} steps each. `;
  return (
    <div className={styles.form}>
      <div className={styles.fields}>
        <SubjectSelect runs={runs} value={run.id} onChange={(id) => setForms({ run: id, from: null, to: null })} />
        <Whole text="trials a round" label="Trials of a round" value={trials} {...SWEEP.lanes} onCommit={(value) => setForms({ trials: value })} />
        <Whole
          text="steps"
          label="Steps of the first round"
          value={firstSteps}
          {...SWEEP.steps}
          onCommit={(value) => setForms({ firstSteps: value })}
        />
        <Whole text="rounds" label="Rounds" value={rounds} {...ROUNDS} onCommit={(value) => setForms({ rounds: value })} />
        <Whole text="seed" label="Seed of the search" value={seed} min={0} max={2 ** 32 - 1} onCommit={(value) => setForms({ seed: value })} />
      </div>
      <div className={styles.ranges}>
        {ranges.map((range) => (
          <RangeRow key={range.name} type={run.spec.optimizer.type} range={range} />
        ))}
      </div>
      <Launch
        kind="random"
        start="Start search"
        problem={problem ?? impossible}
        plan={fit ? `${plan}${sayTurns(fit, trials)}` : ready ? 'Measuring what fits …' : 'The engine is not ready yet.'}
        note={note}
        ready={ready}
        onStart={() => startRandom({ run: run.id, dimensions, lanes: trials, steps: firstSteps, rounds, seed, most: fit?.most ?? trials })}
      />
    </div>
  );
}

interface WholeProps {
  text: string;
  label: string;
  value: number;
  min: number;
  max: number;
  onCommit: (value: number) => void;
}

function Whole({ text, ...field }: WholeProps) {
  return (
    <Labelled text={text}>
      <NumberField {...field} whole width={60} />
    </Labelled>
  );
}

function RangeRow({ type, range: { axis, name, from, to, spread, off } }: { type: string; range: Range }) {
  const { min, max, exclusiveMax, help } = axis.field;
  const set = (patch: Partial<Forms['ranges'][string]>): void => {
    const { ranges } = formsStore.getState();
    setForms({ ranges: { ...ranges, [`${type} ${name}`]: { from, to, off, ...patch } } });
  };
  const end = (label: string, value: number, onCommit: (value: number) => void) => (
    <NumberField label={label} value={value} min={min} max={max} exclusiveMax={exclusiveMax} log={spread === 'log'} width={72} onCommit={onCommit} />
  );
  return (
    <div className={styles.range} data-off={off || undefined}>
      <label title={help}>
        <input type="checkbox" aria-label={`Search ${name}`} checked={!off} onChange={() => set({ off: !off })} />
        {name}
      </label>
      {end(`${name} from`, from, (value) => set({ from: value }))}
      <span aria-hidden="true">to</span>
      {end(`${name} to`, to, (value) => set({ to: value }))}
    </div>
  );
}
