/** A number as text: takes "3e-4" and "0,05", tells the store on Enter or on leaving, and says what it would take instead. */
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { formatNumber, parseNumber } from '../../model/format.ts';
import styles from './Field.module.css';
import { Wrong } from './Wrong.tsx';

interface NumberFieldProps {
  /** Accessible name. */
  label: string;
  value: number;
  whole?: boolean;
  min?: number;
  max?: number;
  exclusiveMax?: boolean;
  /** Arrow keys multiply instead of adding. */
  log?: boolean;
  help?: string;
  width?: number;
  onCommit: (value: number) => void;
}

export function NumberField({ label, value, whole, min, max, exclusiveMax, log, help, width = 72, onCommit }: NumberFieldProps) {
  const id = useId();
  const shown = formatNumber(value);
  const [draft, setDraft] = useState(shown);
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    setDraft(shown);
    setWrong(false);
  }, [shown]);

  const accept = (text: string): number | undefined => {
    const number = parseNumber(text);
    if (number === undefined || (whole && !Number.isSafeInteger(number))) return undefined;
    if ((min !== undefined && number < min) || (max !== undefined && (exclusiveMax ? number >= max : number > max))) return undefined;
    return number;
  };
  const commit = (): void => {
    if (draft.trim() === shown) return setWrong(false);
    const number = accept(draft);
    setWrong(number === undefined);
    if (number === undefined) return;
    setDraft(formatNumber(number));
    if (number !== value) onCommit(number);
  };
  const nudge = (direction: number, far: boolean): void => {
    const next = log
      ? Number((value * (far ? 10 : 1.25) ** direction).toPrecision(2))
      : Number((value + direction * (whole ? (far ? 10 : 1) : far ? 0.1 : 0.01)).toPrecision(12));
    const number = accept(String(whole ? Math.round(next) : next));
    if (number !== undefined && number !== value) onCommit(number);
  };
  const key = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') commit();
    else if (event.key === 'ArrowUp' || event.key === 'ArrowDown') nudge(event.key === 'ArrowUp' ? 1 : -1, event.shiftKey);
    else if (event.key === 'Escape' && draft !== shown) {
      setDraft(shown);
      setWrong(false);
    } else return;
    event.preventDefault();
  };

  return (
    <span className={styles.number}>
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-invalid={wrong}
        aria-describedby={wrong ? id : undefined}
        title={help}
        style={{ width }}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={key}
      />
      {wrong && (
        <Wrong id={id}>
          {label.split(': ').at(-1)} takes {rule(whole, min, max, exclusiveMax)}; {shown} still holds.
        </Wrong>
      )}
    </span>
  );
}

function rule(whole?: boolean, min?: number, max?: number, exclusiveMax?: boolean): string {
  const noun = whole ? 'a whole number' : 'a number';
  if (min === undefined || max === undefined) return noun;
  return `${noun} from ${formatNumber(min)} to ${exclusiveMax ? 'below ' : ''}${formatNumber(max)}`;
}
