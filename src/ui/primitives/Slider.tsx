/** A range that may be logarithmic and moves in round numbers. */
import { formatNumber } from '../../model/format.ts';

interface SliderProps {
  label: string;
  value: number;
  min: number;
  max: number;
  log?: boolean;
  whole?: boolean;
  className?: string;
  onChange: (value: number) => void;
}

/** Positions of the thumb. */
const NOTCHES = 200;

export function Slider({ label, value, min, max, log = false, whole = false, className, onChange }: SliderProps) {
  return (
    <input
      type="range"
      className={className}
      aria-label={label}
      aria-valuetext={formatNumber(value)}
      min={0}
      max={NOTCHES}
      step={1}
      value={toNotch(value, min, max, log)}
      onChange={(event) => {
        const next = fromNotch(Number(event.target.value), min, max, log, whole);
        if (next !== value) onChange(next);
      }}
    />
  );
}

export function toNotch(value: number, min: number, max: number, log: boolean): number {
  const share = log ? Math.log(Math.max(value, min) / min) / Math.log(max / min) : (value - min) / (max - min);
  return Math.round(NOTCHES * Math.min(1, Math.max(0, share)));
}

/** Two significant digits: a slider gives numbers that one would type. */
export function fromNotch(notch: number, min: number, max: number, log: boolean, whole: boolean): number {
  const share = notch / NOTCHES;
  const raw = log ? min * (max / min) ** share : min + (max - min) * share;
  if (whole) return Math.round(raw);
  return Number(log ? raw.toPrecision(2) : raw.toFixed(Math.max(0, 3 - Math.ceil(Math.log10(max - min || 1)))));
}
