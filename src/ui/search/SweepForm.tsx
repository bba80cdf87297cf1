/** What to sweep, what it will take, and the way to begin and to end it. */
import { useStore } from 'zustand';
import { optimizers } from '../../model/optimizers/index.ts';
import { ownRate } from '../../model/rate.ts';
import { checkSweep, ratesAround, SWEEP } from '../../model/search.ts';
import { sayTurns } from '../../store/fit.ts';
import { startSweep } from '../../store/search.ts';
import { useLive } from '../hooks.ts';
import { NumberField } from '../primitives/NumberField.tsx';
import { formsStore, setForms } from './forms.ts';
import { Labelled, SubjectSelect } from './Labelled.tsx';
import { Launch } from './Launch.tsx';
import styles from './Search.module.css';
import { problemOf, useFit, useScheduleNote, useSubject } from './useSearch.ts';

export function SweepForm() {
  const { runs, run } = useSubject();
  const forms = useStore(formsStore);
  const ready = useLive((live) => live.phase === 'ready');
  const fit = useFit(run.id);
  const { type } = run.spec.optimizer;
  const field = optimizers[type]?.fields.find(({ name }) => name === 'lr');
  const around = ratesAround(ownRate(run.spec), field?.max);
  const { lanes, steps } = forms;
  const [from, to] = [forms.from ?? around[0], forms.to ?? around[1]];
  const problem = problemOf(() => checkSweep(type, from, to, lanes, steps));
  const note = useScheduleNote(run, steps);
  const impossible = fit && fit.most < 1 ? sayTurns(fit, lanes) : null;
  return (
    <div className={styles.form}>
      <div className={styles.fields}>
        <SubjectSelect runs={runs} value={run.id} onChange={(id) => setForms({ run: id, from: null, to: null })} />
        <Labelled text="lr from">
          <NumberField
            label="lr from"
            value={from}
            min={field?.min}
            max={field?.max}
            log
            width={76}
            onCommit={(value) => setForms({ from: value })}
          />
        </Labelled>
        <Labelled text="to">
          <NumberField label="lr to" value={to} min={field?.min} max={field?.max} log width={76} onCommit={(value) => setForms({ to: value })} />
        </Labelled>
        <Labelled text="lanes">
          <NumberField
            label="Lanes of the sweep"
            value={lanes}
            whole
            {...SWEEP.lanes}
            width={56}
            help="So many rates, a constant factor apart"
            onCommit={(value) => setForms({ lanes: value })}
          />
        </Labelled>
        <Labelled text="steps">
          <NumberField label="Steps of the sweep" value={steps} whole {...SWEEP.steps} width={68} onCommit={(value) => setForms({ steps: value })} />
        </Labelled>
      </div>
      <Launch
        kind="sweep"
        start="Start sweep"
        problem={problem ?? impossible}
        plan={fit ? sayTurns(fit, lanes) : ready ? 'Measuring what fits …' : 'The engine is not ready yet.'}
        note={note}
        ready={ready}
        onStart={() => startSweep({ run: run.id, from, to, lanes, steps, most: fit?.most ?? lanes })}
      />
    </div>
  );
}
