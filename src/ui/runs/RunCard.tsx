/** One run: what it is, how it goes, and its learning rate within reach. */
import { ChevronDown, ChevronRight, Copy, Ellipsis, Eye, EyeOff, Focus, Palette, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { formatLoss, formatNumber, formatPercent } from '../../model/format.ts';
import { stateBuffersOf } from '../../model/momentum.ts';
import { optimizers, optimizerTypes } from '../../model/optimizers/index.ts';
import { duplicateRun, editRun, removeRun } from '../../store/config.ts';
import { chooseOptimizer, setOptimizerArg } from '../../store/runs.ts';
import { type Summary, summaryOf, summaryStore } from '../../store/summary.ts';
import { toggleSolo } from '../../store/view.ts';
import { type RunItem, useLive, useView } from '../hooks.ts';
import { TextField } from '../primitives/FieldInput.tsx';
import { Menu, MenuHeading, MenuItem } from '../primitives/Menu.tsx';
import { NumberField } from '../primitives/NumberField.tsx';
import { COLORS, colorName, runColor } from '../primitives/palette.ts';
import { Slider } from '../primitives/Slider.tsx';
import { Swatch } from '../primitives/Swatch.tsx';
import { Diverged } from './Diverged.tsx';
import { RunDetails } from './RunDetails.tsx';
import styles from './Runs.module.css';

interface RunCardProps {
  run: RunItem;
  position: number;
  /** The last run cannot be removed. */
  only: boolean;
  /** Among many runs a card is one row, until it is opened. */
  compact?: boolean;
}

export function RunCard({ run, position, only, compact = false }: RunCardProps) {
  const { id, spec, name } = run;
  const [opened, setOpened] = useState(false);
  const whole = !compact || opened;
  const summary = useStore(summaryStore, ({ summaries }) => summaryOf(id, summaries));
  const diverged = useLive((live) => live.diverged[id]);
  const wrong = useLive((live) => (live.phase === 'waiting' && live.error?.path?.startsWith(`runs.${position}.`) ? live.error.message : null));
  return (
    <li
      className={styles.card}
      data-hidden={run.hidden || undefined}
      data-wrong={diverged || wrong ? true : undefined}
      data-row={!whole || undefined}
      aria-label={`Run ${name}`}
    >
      <div className={styles.head}>
        {compact && <OpenButton name={name} open={opened} onToggle={() => setOpened(!opened)} />}
        <Swatch color={run.color} width={whole ? undefined : 14} />
        <TextField name={`Name of run ${position + 1}`} className={styles.name} value={spec.name} onChange={(next) => editRun(id, { name: next })} />
        {!whole && diverged && <span className={styles.lost}>diverged</span>}
        <output className={styles.best} title="Best validation accuracy" aria-label={`${name}: best validation accuracy`}>
          {Number.isFinite(summary.best) ? formatPercent(summary.best) : '–'}
        </output>
        <VisibilityButton run={run} />
        <RunMenu run={run} only={only} />
      </div>
      {whole && <RateRow run={run} />}
      {whole && <Facts run={run} summary={summary} />}
      {wrong && (
        <p role="alert" className={styles.error}>
          {wrong.replace(/^runs\.\d+\./, '')}
        </p>
      )}
      {whole && diverged && <Diverged id={id} name={name} divergence={diverged} lr={spec.optimizer.lr} />}
      {whole && <RunDetails run={run} />}
    </li>
  );
}

function OpenButton({ name, open, onToggle }: { name: string; open: boolean; onToggle: () => void }) {
  const Icon = open ? ChevronDown : ChevronRight;
  const words = `${open ? 'Close' : 'Open'} ${name}`;
  return (
    <button type="button" className={styles.icon} aria-label={words} title={words} aria-expanded={open} onClick={onToggle}>
      <Icon size={14} />
    </button>
  );
}

/** Which optimizer, and its learning rate. */
function RateRow({ run: { id, spec, name } }: { run: RunItem }) {
  const definition = optimizers[spec.optimizer.type];
  const lr = definition?.fields.find((field) => field.name === 'lr');
  const [least, most] = lr?.slider ?? [1e-5, 1];
  return (
    <div className={styles.lr}>
      <select
        className={styles.optimizer}
        aria-label={`${name}: optimizer`}
        title={definition?.summary}
        value={spec.optimizer.type}
        onChange={(event) => chooseOptimizer(id, event.target.value)}
      >
        {optimizerTypes.map((type) => (
          <option key={type} value={type}>
            {optimizers[type]!.label}
          </option>
        ))}
      </select>
      <Slider
        label={`${name}: lr slider`}
        value={spec.optimizer.lr}
        min={least}
        max={most}
        log
        onChange={(value) => setOptimizerArg(id, 'lr', value)}
      />
      <NumberField
        label={`${name}: lr`}
        value={spec.optimizer.lr}
        min={lr?.min}
        max={lr?.max}
        log
        help={lr?.help}
        width={68}
        onCommit={(value) => setOptimizerArg(id, 'lr', value)}
      />
    </div>
  );
}

function Facts({ run, summary }: { run: RunItem; summary: Summary }) {
  return (
    <dl className={styles.facts}>
      <div title="Training loss of the newest step">
        <dt>loss</dt>
        <dd>{Number.isFinite(summary.loss) ? formatLoss(summary.loss) : '–'}</dd>
      </div>
      <div title="Validation loss">
        <dt>val</dt>
        <dd>{Number.isFinite(summary.valLoss) ? formatLoss(summary.valLoss) : '–'}</dd>
      </div>
      <div title="Memory of the optimizer’s state, in multiples of the parameters">
        <dt>state</dt>
        <dd>{stateOf(run.spec)}×</dd>
      </div>
      <div title="Rank by best validation accuracy">
        <dt className="unseen">rank</dt>
        <dd className={styles.rank} data-first={summary.rank === 1 || undefined}>
          {summary.rank > 0 ? `#${summary.rank}` : ''}
        </dd>
      </div>
    </dl>
  );
}

function stateOf(run: RunItem['spec']): string {
  try {
    return formatNumber(stateBuffersOf(run));
  } catch {
    return '?';
  }
}

function VisibilityButton({ run }: { run: RunItem }) {
  const Icon = run.hidden ? EyeOff : Eye;
  const name = run.spec.hidden ? `Show ${run.name}` : `Hide ${run.name}`;
  return (
    <button
      type="button"
      className={styles.icon}
      aria-label={name}
      title={name}
      aria-pressed={run.spec.hidden ?? false}
      onClick={() => editRun(run.id, { hidden: run.spec.hidden ? undefined : true })}
    >
      <Icon size={14} />
    </button>
  );
}

function RunMenu({ run, only }: { run: RunItem; only: boolean }) {
  const solo = useView((view) => view.solo === run.id);
  return (
    <Menu label={<Ellipsis size={15} />} name={`More for ${run.name}`} className={styles.icon} align="end">
      {(close) => {
        const choose = (action: () => void) => () => {
          close();
          action();
        };
        return (
          <>
            <MenuItem title="Duplicate" icon={<Copy size={14} />} onSelect={choose(() => duplicateRun(run.id))} />
            <MenuItem title={solo ? 'Show the others too' : 'Solo'} icon={<Focus size={14} />} onSelect={choose(() => toggleSolo(run.id))} />
            <MenuItem title="Remove" icon={<Trash2 size={14} />} disabled={only} onSelect={choose(() => removeRun(run.id))} />
            <MenuHeading>
              <Palette size={12} /> Colour
            </MenuHeading>
            <div className={styles.colors}>
              {Array.from({ length: COLORS }, (_, color) => (
                <button
                  key={colorName(color)}
                  type="button"
                  aria-label={colorName(color)}
                  title={colorName(color)}
                  aria-pressed={run.color % COLORS === color}
                  style={{ color: runColor(color) }}
                  onClick={choose(() => editRun(run.id, { color }))}
                >
                  <span className={styles.dot} />
                </button>
              ))}
            </div>
          </>
        );
      }}
    </Menu>
  );
}
