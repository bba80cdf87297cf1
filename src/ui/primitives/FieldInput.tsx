/** One argument of a definition as a control: its `Field` says which. Adding a layer or an optimizer never comes here. */
import { RotateCcw } from 'lucide-react';
import { useEffect, useId, useRef, useState } from 'react';
import { formatValue, same } from '../../model/diff.ts';
import { formatNumber, formatPair } from '../../model/format.ts';
import type { Field, Value } from '../../model/types.ts';
import styles from './Field.module.css';
import { NumberField } from './NumberField.tsx';
import { Slider } from './Slider.tsx';
import { Wrong } from './Wrong.tsx';

interface FieldInputProps {
  field: Field;
  /** What stands in the spec; undefined: the default holds. */
  value: Value | undefined;
  /** What holds when nothing is given, where it is not `field.default`. */
  fallback?: Value;
  /** Begins the accessible name: "conv1 stride". */
  of?: string;
  slider?: boolean;
  onChange: (value: Value) => void;
  /** Takes the argument out, so that the default holds; without it nothing offers that. */
  onReset?: () => void;
}

export function FieldInput({ field, value, fallback = field.default, of, slider = false, onChange, onReset }: FieldInputProps) {
  const row = useRef<HTMLDivElement>(null);
  const name = of ? `${of} ${field.name}` : field.name;
  const current = value ?? fallback;
  const range = slider && typeof current === 'number' ? sliderRange(field) : undefined;
  const reset = (): void => {
    onReset?.();
    // The button goes with what it undid; whoever pressed it stays in the row.
    row.current?.querySelector<HTMLElement>('input, select')?.focus();
  };
  return (
    <div ref={row} className={`${styles.row} ${value === undefined ? '' : styles.changed} ${field.kind === 'floats' ? styles.long : ''}`}>
      <span className={styles.head}>
        <span className={styles.label} title={field.help}>
          {field.name}
        </span>
        {onReset && value !== undefined && !same(value, field.default) && <ResetButton field={field} name={name} onReset={reset} />}
      </span>
      <Control field={field} name={name} value={current} onChange={onChange} />
      {range && (
        <Slider
          className={styles.slider}
          label={`${name} slider`}
          value={current as number}
          min={range[0]}
          max={range[1]}
          log={field.scale === 'log'}
          whole={field.kind === 'int'}
          onChange={onChange}
        />
      )}
    </div>
  );
}

function ResetButton({ field, name, onReset }: { field: Field; name: string; onReset: () => void }) {
  const words = formatValue(field.default);
  return (
    <button type="button" className={styles.reset} aria-label={`Reset ${name} to ${words}`} title={`Back to ${words}`} onClick={onReset}>
      <RotateCcw size={12} />
    </button>
  );
}

function sliderRange(field: Field): readonly [number, number] | undefined {
  if (field.slider) return field.slider;
  return field.min !== undefined && field.max !== undefined ? [field.min, field.max] : undefined;
}

interface ControlProps {
  field: Field;
  name: string;
  value: Value;
  onChange: (value: Value) => void;
}

function Control({ field, name, value, onChange }: ControlProps) {
  switch (field.kind) {
    case 'bool':
      return (
        <input type="checkbox" aria-label={name} title={field.help} checked={value === true} onChange={(event) => onChange(event.target.checked)} />
      );
    case 'enum':
      return (
        <select
          className={styles.select}
          aria-label={name}
          title={field.help}
          value={String(value)}
          onChange={(event) => onChange(event.target.value)}
        >
          {field.options?.map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      );
    case 'pair':
      return (
        <ReadField
          field={field}
          name={name}
          shown={Array.isArray(value) ? formatPair(value) : String(value)}
          read={parsePair}
          rule="a whole number or height×width, each"
          onChange={onChange}
        />
      );
    case 'ints':
      return (
        <ReadField
          field={field}
          name={name}
          shown={(value as number[]).join(', ')}
          read={parseInts}
          rule="whole numbers with commas between, each"
          width={120}
          onChange={onChange}
        />
      );
    case 'betas': {
      const [first, second] = value as number[];
      return (
        <span className={styles.two}>
          <NumberOf field={field} name={`${name} 1`} value={first!} onChange={(v) => onChange([v, second!])} />
          <NumberOf field={field} name={`${name} 2`} value={second!} onChange={(v) => onChange([first!, v])} />
        </span>
      );
    }
    case 'floats':
      return (
        <ReadField
          field={field}
          name={name}
          shown={(value as number[]).map(formatNumber).join(', ')}
          read={(text, min, max) => parseFloats(text, (value as number[]).length, min, max)}
          rule={`${(value as number[]).length} numbers, each`}
          width={164}
          onChange={onChange}
        />
      );
    case 'text':
      return <TextField name={name} value={String(value)} onChange={onChange} />;
    default:
      return <NumberOf field={field} name={name} value={value as number} onChange={onChange} />;
  }
}

function NumberOf({ field, name, value, onChange }: { field: Field; name: string; value: number; onChange: (value: number) => void }) {
  const { kind, min, max, exclusiveMax, scale, help } = field;
  return (
    <NumberField
      label={name}
      value={value}
      whole={kind === 'int'}
      min={min}
      max={max}
      exclusiveMax={exclusiveMax}
      log={scale === 'log'}
      help={help}
      width={kind === 'betas' ? 60 : 72}
      onCommit={onChange}
    />
  );
}

interface ReadFieldProps {
  field: Field;
  name: string;
  /** The value as it is written. */
  shown: string;
  read: (text: string, min: number, max: number) => Value | undefined;
  /** What is expected, up to the range. */
  rule: string;
  width?: number;
  onChange: (value: Value) => void;
}

/** Several numbers in one line: "3×5", "30, 60, 80". */
function ReadField({ field, name, shown, read, rule, width = 72, onChange }: ReadFieldProps) {
  const id = useId();
  const [draft, setDraft] = useState(shown);
  const [wrong, setWrong] = useState(false);
  useEffect(() => setDraft(shown), [shown]);
  const commit = (): void => {
    const value = read(draft, field.min ?? 0, field.max ?? Number.MAX_SAFE_INTEGER);
    setWrong(value === undefined);
    if (value !== undefined && draft !== shown) onChange(value);
  };
  return (
    <span className={styles.number}>
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        aria-label={name}
        aria-invalid={wrong}
        aria-describedby={wrong ? id : undefined}
        title={field.help}
        style={{ width }}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => event.key === 'Enter' && commit()}
      />
      {wrong && (
        <Wrong id={id}>
          {field.name} takes {rule} from {formatNumber(field.min ?? 0)} to {formatNumber(field.max ?? Number.MAX_SAFE_INTEGER)}; {shown} still holds.
        </Wrong>
      )}
    </span>
  );
}

export function parsePair(text: string, min: number, max: number): Value | undefined {
  const parts = text
    .trim()
    .split(/\s*[×x*,;\s]\s*/i)
    .map(Number);
  if (parts.length < 1 || parts.length > 2 || text.trim() === '') return undefined;
  if (!parts.every((part) => Number.isSafeInteger(part) && part >= min && part <= max)) return undefined;
  return parts.length === 1 || parts[0] === parts[1] ? parts[0]! : parts;
}

/** "30, 60, 80", at most 32 of them, in the order of time. */
export function parseInts(text: string, min: number, max: number): number[] | undefined {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '');
  if (parts.length < 1 || parts.length > 32 || !parts.every((part) => /^\d+$/.test(part))) return undefined;
  const values = parts.map(Number);
  return values.every((value) => value >= min && value <= max) ? values.sort((a, b) => a - b) : undefined;
}

/** "3.4445, -4.775, 2.0315": exactly so many. */
export function parseFloats(text: string, count: number, min: number, max: number): number[] | undefined {
  const parts = text.split(/[,;\s]+/).filter((part) => part !== '');
  const values = parts.map(Number);
  return values.length === count && values.every((value) => value >= min && value <= max) ? values : undefined;
}

export function TextField({
  name,
  value,
  className,
  onChange,
}: {
  name: string;
  value: string;
  className?: string;
  onChange: (value: string) => void;
}) {
  const [draft, setDraft] = useState(value);
  useEffect(() => setDraft(value), [value]);
  const commit = (): void => {
    const text = draft.trim().slice(0, 80);
    if (text === '') return setDraft(value);
    if (text !== value) onChange(text);
  };
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      maxLength={80}
      aria-label={name}
      className={className ?? styles.text}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') setDraft(value);
      }}
    />
  );
}
