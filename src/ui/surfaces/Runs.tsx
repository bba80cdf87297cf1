/** The runs: each an optimizer or a second-order method, with its arguments. All are on every surface. */
import { Copy, Plus, Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { complete } from '../../model/fields.ts';
import { formatNumber } from '../../model/format.ts';
import { isOptimizer, type LabRun, MOST_RUNS, type RuleSpec, rules, UNSEEN } from '../../model/surfaces/lab.ts';
import type { Field, Value } from '../../model/types.ts';
import { addRun, chooseRule, duplicateRun, removeRun, renameRun, setArgument, surfaceStore } from '../../store/surfaces.ts';
import { FieldInput, TextField } from '../primitives/FieldInput.tsx';
import { Formula } from '../primitives/Formula.tsx';
import { Panel } from '../primitives/Panel.tsx';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './Surfaces.module.css';

const KINDS = [
  ['Kernels of the engine', Object.keys(rules).filter(isOptimizer)],
  ['Second order, in float64', Object.keys(rules).filter((type) => !isOptimizer(type))],
] as const;

export function Runs() {
  const runs = useStore(surfaceStore, ({ lab }) => lab.runs);
  const full = runs.length >= MOST_RUNS;
  return (
    <Panel name="Runs" detail={full ? `${MOST_RUNS} at most` : undefined} className={styles.runs}>
      <ul className={styles.cards}>
        {runs.map((run, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a run is its place
          <RunCard key={at} at={at} run={run} alone={runs.length === 1} full={full} />
        ))}
      </ul>
      <button type="button" className={styles.add} disabled={full} onClick={addRun}>
        <Plus size={14} />
        Add a run
      </button>
    </Panel>
  );
}

interface RunCardProps {
  at: number;
  run: LabRun;
  alone: boolean;
  full: boolean;
}

function RunCard({ at, run, alone, full }: RunCardProps) {
  const wrong = useStore(surfaceStore, (state) => (state.wrong?.path.startsWith(`runs.${at}.`) ? state.wrong.message : null));
  return (
    <li className={styles.card} aria-label={`Run ${run.name}`} data-wrong={wrong ? true : undefined}>
      <div className={styles.cardHead}>
        <Swatch color={at} />
        <TextField name={`Name of run ${at + 1}`} className={styles.name} value={run.name} onChange={(name) => renameRun(at, name.slice(0, 40))} />
        <button
          type="button"
          className={styles.icon}
          disabled={full}
          aria-label={`Duplicate ${run.name}`}
          title="Duplicate"
          onClick={() => duplicateRun(at)}
        >
          <Copy size={14} />
        </button>
        <button type="button" className={styles.icon} disabled={alone} aria-label={`Remove ${run.name}`} title="Remove" onClick={() => removeRun(at)}>
          <Trash2 size={14} />
        </button>
      </div>
      <select aria-label={`${run.name}: rule`} value={run.rule.type} onChange={(event) => chooseRule(at, event.target.value)}>
        {KINDS.map(([kind, types]) => (
          <optgroup key={kind} label={kind}>
            {types.map((type) => (
              <option key={type} value={type}>
                {rules[type]!.label}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <Arguments at={at} run={run} />
      {wrong && (
        <p role="alert" className={styles.error}>
          {wrong}. The trails are still those from before.
        </p>
      )}
    </li>
  );
}

function Arguments({ at, run: { name, rule } }: { at: number; run: LabRun }) {
  const definition = rules[rule.type]!;
  const args = useMemo(() => complete(definition, rule), [definition, rule]);
  const control = (field: Field, slider: boolean) => (
    <FieldInput
      key={field.name}
      field={field}
      of={`${name}:`}
      value={rule[field.name]}
      fallback={args[field.name] as Value}
      slider={slider}
      onChange={(value) => setArgument(at, field.name, value)}
      onReset={slider ? undefined : () => setArgument(at, field.name, undefined)}
    />
  );
  const lr = definition.fields.find((field) => field.name === 'lr');
  const rest = definition.fields.filter(({ name: key }) => key !== 'lr' && !UNSEEN.includes(key));
  const titles = [...new Set(rest.flatMap(({ advanced }) => (advanced ? [titleOf(advanced)] : [])))];
  return (
    <>
      {lr && control(lr, lr.slider !== undefined)}
      <details className={styles.details}>
        <summary>{summarise(rule) || (rest.length > 0 ? 'Arguments' : 'About')}</summary>
        {rest.filter((field) => !field.advanced).map((field) => control(field, false))}
        {titles.map((title) => (
          <details key={title} className={styles.details}>
            <summary>{title}</summary>
            {rest.filter(({ advanced }) => advanced && titleOf(advanced) === title).map((field) => control(field, false))}
          </details>
        ))}
        <p>{definition.summary}</p>
        <Formula tex={definition.formula} />
        <a href={definition.source.url} target="_blank" rel="noreferrer">
          {definition.source.title}
        </a>
      </details>
    </>
  );
}

const titleOf = (advanced: boolean | string): string => (typeof advanced === 'string' ? advanced : 'more');

/** "momentum 0.9 · nesterov": what is not as it always is. */
function summarise(rule: RuleSpec): string {
  const given = Object.entries(rule).filter(([name]) => name !== 'type' && name !== 'lr');
  return given.map(([name, value]) => (value === true ? name : value === false ? `no ${name}` : `${name} ${say(value)}`)).join(' · ');
}

const say = (value: Value): string =>
  typeof value === 'number' ? formatNumber(value) : Array.isArray(value) ? value.map(formatNumber).join(', ') : String(value);
