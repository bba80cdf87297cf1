/** Everything else of a run, behind a disclosure: other arguments, schedule, initial weights, seed, own network. */
import { lazy, Suspense, useMemo, useState } from 'react';
import { complete } from '../../model/fields.ts';
import { formatCount, formatNumber } from '../../model/format.ts';
import { inferModel } from '../../model/infer.ts';
import { inits } from '../../model/inits/index.ts';
import { optimizers } from '../../model/optimizers/index.ts';
import { schedules } from '../../model/schedules/index.ts';
import type { Definition, Field, RunSpec, Value } from '../../model/types.ts';
import { editRun } from '../../store/config.ts';
import { choosePart, setOptimizerArg, setPartArg } from '../../store/runs.ts';
import { type RunItem, useConfig } from '../hooks.ts';
import { About } from '../primitives/About.tsx';
import { FieldInput } from '../primitives/FieldInput.tsx';
import { NumberField } from '../primitives/NumberField.tsx';
import styles from './Runs.module.css';

// What draws a schedule comes after the first screen.
const Sparkline = lazy(() => import('./Sparkline.tsx').then((m) => ({ default: m.Sparkline })));
const SchedulePreview = lazy(() => import('./SchedulePreview.tsx').then((m) => ({ default: m.SchedulePreview })));

export function RunDetails({ run }: { run: RunItem }) {
  const { id, spec } = run;
  const [open, setOpen] = useState(false);
  const definition = optimizers[spec.optimizer.type];
  const schedule = schedules[spec.schedule?.type ?? 'constant'];
  return (
    <details className={styles.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span title={summarise(spec)}>{summarise(spec)}</span>
        <Suspense fallback={null}>
          <Sparkline spec={spec} color={run.color} />
        </Suspense>
      </summary>
      <div className={styles.form}>
        {definition && (
          <Fields
            of={run.name}
            definition={definition}
            values={spec.optimizer}
            skip="lr"
            onChange={(name, value) => setOptimizerArg(id, name, value)}
          />
        )}
        <Choice
          label="schedule"
          of={run.name}
          known={schedules}
          value={spec.schedule?.type ?? 'constant'}
          onChange={(type) => choosePart(id, 'schedule', type)}
        />
        {schedule && (
          <Fields
            of={run.name}
            definition={schedule}
            values={spec.schedule ?? {}}
            onChange={(name, value) => setPartArg(id, 'schedule', name, value)}
          />
        )}
        {open && spec.schedule && (
          <>
            <Suspense fallback={null}>
              <SchedulePreview run={run} />
            </Suspense>
            {schedule && <About definition={schedule} />}
          </>
        )}
        <Choice label="init" of={run.name} known={inits} value={spec.init?.type ?? 'default'} onChange={(type) => choosePart(id, 'init', type)} />
        {spec.init && inits[spec.init.type] && (
          <Fields
            of={run.name}
            definition={inits[spec.init.type]!}
            values={spec.init}
            onChange={(name, value) => setPartArg(id, 'init', name, value)}
          />
        )}
        <Seed run={run} />
        <OwnModel run={run} />
        {definition && <About definition={definition} />}
      </div>
    </details>
  );
}

/** "momentum 0.9 · cosine": what is not as it always is. */
function summarise(spec: RunSpec): string {
  const args = Object.entries(spec.optimizer).filter(([name]) => name !== 'type' && name !== 'lr');
  const words = args.map(([name, value]) => (value === true ? name : value === false ? `no ${name}` : `${name} ${say(value)}`));
  if (spec.schedule) words.push(schedules[spec.schedule.type]?.label.toLowerCase() ?? spec.schedule.type);
  if (spec.init) words.push(inits[spec.init.type]?.label ?? spec.init.type);
  if (spec.seed !== undefined) words.push(`seed ${spec.seed}`);
  if (spec.model) words.push('own network');
  return words.length > 0 ? words.join(' · ') : 'More';
}

const say = (value: Value): string =>
  typeof value === 'number' ? formatNumber(value) : Array.isArray(value) ? value.map(formatNumber).join(', ') : String(value);

interface FieldsProps {
  of: string;
  definition: Definition;
  values: Readonly<Record<string, Value>>;
  skip?: string;
  /** undefined takes the argument out. */
  onChange: (name: string, value: Value | undefined) => void;
}

function Fields({ of, definition, values, skip, onChange }: FieldsProps) {
  const args = useMemo(() => complete(definition, values), [definition, values]);
  const control = (field: Field) => (
    <FieldInput
      key={field.name}
      field={field}
      of={`${of}:`}
      value={values[field.name]}
      fallback={args[field.name]}
      onChange={(value) => onChange(field.name, value)}
      onReset={() => onChange(field.name, undefined)}
    />
  );
  const fields = definition.fields.filter((field) => field.name !== skip);
  const title = ({ advanced }: Field): string => (typeof advanced === 'string' ? advanced : 'more');
  const advanced = fields.filter((field) => field.advanced);
  const hidden = [...new Set(advanced.map(title))].map((name) => [name, advanced.filter((field) => title(field) === name)] as const);
  return (
    <>
      {fields.filter((field) => !field.advanced).map(control)}
      {hidden.map(([name, more]) => (
        <details key={name} className={styles.more} open={more.some((field) => values[field.name] !== undefined)}>
          <summary>{name}</summary>
          {more.map(control)}
        </details>
      ))}
    </>
  );
}

interface ChoiceProps {
  label: string;
  of: string;
  known: Readonly<Record<string, Definition>>;
  value: string;
  onChange: (type: string) => void;
}

function Choice({ label, of, known, value, onChange }: ChoiceProps) {
  return (
    <label className={styles.choice} title={known[value]?.summary}>
      <span>{label}</span>
      <select aria-label={`${of}: ${label}`} value={value} onChange={(event) => onChange(event.target.value)}>
        {Object.values(known).map((definition) => (
          <option key={definition.type} value={definition.type}>
            {definition.label}
          </option>
        ))}
      </select>
    </label>
  );
}

function Seed({ run }: { run: RunItem }) {
  const shared = useConfig((state) => state.experiment.seed);
  const own = run.spec.seed;
  return (
    <div className={styles.choice} title="Initial weights and order of batches">
      <span>seed</span>
      <span className={styles.seed}>
        {own !== undefined && (
          <button type="button" onClick={() => editRun(run.id, { seed: undefined })}>
            shared
          </button>
        )}
        <NumberField
          label={`${run.name}: seed`}
          value={own ?? shared}
          whole
          min={0}
          max={2 ** 32 - 1}
          width={72}
          onCommit={(value) => editRun(run.id, { seed: value === shared ? undefined : value }, 'seed')}
        />
      </span>
    </div>
  );
}

/** A run may train another network than the others: the one that stood in the Model panel when it was fixed here. */
function OwnModel({ run }: { run: RunItem }) {
  const model = useConfig((state) => state.experiment.model);
  const own = run.spec.model;
  const words = useMemo(() => {
    if (!own) return 'shared';
    try {
      return `own, ${formatCount(inferModel(own).parameters)} parameters`;
    } catch {
      return 'own';
    }
  }, [own]);
  return (
    <div className={styles.choice}>
      <span>network</span>
      <span className={styles.seed}>
        {words}
        <button
          type="button"
          title={own ? 'Train the network of the Model panel' : 'Keep the network as it is now for this run, whatever happens in the Model panel'}
          onClick={() => editRun(run.id, { model: own ? undefined : structuredClone(model) })}
        >
          {own ? 'use shared' : 'keep own'}
        </button>
      </span>
    </div>
  );
}
