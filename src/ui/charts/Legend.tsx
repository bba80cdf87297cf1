/**
 * Over the loss: what the lines of groups are, who has diverged, and which earlier races stand behind them. Where each line is a run, the cards
 * beside the charts say which; on a screen too narrow for them, this does.
 */
import { X } from 'lucide-react';
import { useStore } from 'zustand';
import { clearRaces } from '../../store/earlier.ts';
import type { Divergence } from '../../store/live.ts';
import { highlight, highlightStore } from '../../store/view.ts';
import { useLive } from '../hooks.ts';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './chart.module.css';
import type { Line } from './lines.ts';
import { useEarlier, useLines } from './useScene.ts';

export function Legend() {
  const lines = useLines();
  const earlier = useEarlier();
  const plain = earlier.length === 0 && !lines.some((line) => line.grouped);
  return (
    <div className={styles.legend} data-plain={plain || undefined}>
      {lines.map((line) => (
        <Entry key={line.key} line={line} />
      ))}
      {earlier.length > 0 && (
        <button type="button" className={styles.quiet} title="Faint dotted lines: races before this one. Press to clear them." onClick={clearRaces}>
          <span>{earlier.length === 1 ? '1 earlier curve' : `${earlier.length} earlier curves`}</span>
          <X size={12} aria-label="clear" />
        </button>
      )}
    </div>
  );
}

/** Pointed at or focused, its line stands out with its single runs. */
function Entry({ line }: { line: Line }) {
  const diverged = useLive((live) => live.diverged);
  const on = useStore(highlightStore, (state) => state.line === line.key);
  const note = line.grouped ? divergenceOf(line, diverged) : '';
  const show = (): void => highlight(line.key);
  const hide = (): void => highlight(null);
  return (
    <button
      type="button"
      data-on={on || undefined}
      className={line.grouped ? undefined : styles.run}
      title={line.grouped ? 'Mean of the group with its 95 % interval' : 'Press to make this line stand out'}
      onPointerEnter={show}
      onPointerLeave={hide}
      onFocus={show}
      onBlur={hide}
    >
      <Swatch color={line.color} />
      <span>{line.name}</span>
      {line.grouped && <small>{line.runs.length === 1 ? '1 run' : `mean of ${line.runs.length}`}</small>}
      {note && <small className={styles.bad}>{note}</small>}
    </button>
  );
}

/** "1 of 5 diverged at step 120; the mean goes on without it". */
export function divergenceOf({ runs }: Pick<Line, 'runs'>, diverged: Readonly<Record<string, Divergence>>): string {
  const steps = runs.flatMap((run) => diverged[run.id]?.step ?? []).sort((a, b) => a - b);
  if (steps.length === 0) return '';
  const [first] = steps;
  const where = steps.every((step) => step === first) ? `at step ${first}` : `from step ${first} on`;
  const left = steps.length === runs.length ? '' : `; the mean goes on without ${steps.length === 1 ? 'it' : 'them'}`;
  return `${steps.length} of ${runs.length} diverged ${where}${left}`;
}
