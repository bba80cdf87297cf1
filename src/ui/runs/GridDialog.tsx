/** "These runs × these seeds" in one click, so that means and intervals can be drawn. */
import { useEffect, useMemo, useState } from 'react';
import { describeOptimizer } from '../../model/diff.ts';
import { RUNS } from '../../model/experiment.ts';
import { checkGrid, type Family, families, gridRuns, SEEDS, type Seeds } from '../../model/grid.ts';
import { type Experiment, ModelError } from '../../model/types.ts';
import { replaceRuns } from '../../store/actions.ts';
import { askFit, sayPrograms } from '../../store/fit.ts';
import { setView } from '../../store/view.ts';
import { type RunItem, useConfig } from '../hooks.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import { NumberField } from '../primitives/NumberField.tsx';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './GridDialog.module.css';

const USUAL_SEEDS = 5;

export function GridDialog({ runs, onClose }: { runs: readonly RunItem[]; onClose: () => void }) {
  const found = useMemo(() => families(runs.map((run) => run.spec), runs.map((run) => run.color)), [runs]); // biome-ignore format: one line
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const shared = useConfig((state) => state.experiment.seed);
  const [first, setFirst] = useState(shared);
  const [count, setCount] = useState(() => Math.max(SEEDS.min, Math.min(USUAL_SEEDS, Math.floor(RUNS / Math.max(1, found.length)))));
  const chosen = useMemo(() => found.filter(({ name }) => !left.has(name)), [found, left]);
  const room = useRoom(chosen, { count, first });
  const problem = problemOf(chosen, { count, first }) ?? (room && !room.fits ? room.text : null);
  const make = (): void => {
    // What the grid is for: a mean and its band in place of a tangle.
    setView({ groupBy: 'seeds' });
    replaceRuns(gridRuns(chosen, { count, first }), `${chosen.length * count} runs: ${chosen.length} × ${count} seeds.`);
    onClose();
  };
  return (
    <Dialog title="Runs × seeds" onClose={onClose}>
      <p className={styles.lead}>
        One seed is luck. Each run below is trained from several initial weights and orders of batches: the charts can then draw the mean, and how far
        single seeds stray from it.
      </p>
      <ul className={styles.runs} aria-label="Runs of the grid">
        {found.map((family) => (
          <FamilyRow key={family.name} family={family} checked={!left.has(family.name)} onToggle={() => setLeft(toggled(left, family.name))} />
        ))}
      </ul>
      <div className={styles.seeds}>
        <div>
          <span>Seeds</span>
          <NumberField label="Number of seeds" value={count} whole min={SEEDS.min} max={SEEDS.max} width={56} onCommit={setCount} />
        </div>
        <div>
          <span>from</span>
          <NumberField label="First seed" value={first} whole min={0} max={2 ** 32 - 1} width={96} onCommit={setFirst} />
        </div>
      </div>
      {problem ? (
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      ) : (
        <p role="status" className={styles.note}>
          {chosen.length} × {count} = {chosen.length * count} runs take the place of the {runs.length} there are; Undo brings those back.
          {room && ` ${room.text}`}
        </p>
      )}
      <div className={styles.actions}>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className={styles.make} disabled={problem !== null} onClick={make}>
          Make the grid
        </button>
      </div>
    </Dialog>
  );
}

function FamilyRow({ family, checked, onToggle }: { family: Family; checked: boolean; onToggle: () => void }) {
  return (
    <li>
      <label>
        <input type="checkbox" aria-label={family.name} checked={checked} onChange={onToggle} />
        <Swatch color={family.color} />
        <b>{family.name}</b>
        <span>{wordsFor(family)}</span>
      </label>
    </li>
  );
}

function wordsFor({ spec }: Family): string {
  try {
    return describeOptimizer(spec.optimizer);
  } catch {
    return spec.optimizer.type;
  }
}

function toggled(set: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(set);
  if (!next.delete(name)) next.add(name);
  return next;
}

type Room = ReturnType<typeof sayPrograms>;

/** The networks of a grid are asked about one by one; the worst answer counts, null where none is known. */
async function roomFor(chosen: readonly Family[], count: number, experiment: Experiment): Promise<Room | null> {
  const groups = new Map<string, Family[]>();
  for (const family of chosen) {
    const key = JSON.stringify(family.spec.model ?? experiment.model);
    groups.set(key, [...(groups.get(key) ?? []), family]);
  }
  const answers = await Promise.all(
    [...groups.values()].map(async (group) => {
      const model = group[0]!.spec.model ?? experiment.model;
      const fit = await askFit({ ...experiment, model, runs: group.map(({ spec: { model: _, ...run } }) => run) });
      return fit && sayPrograms(fit, group.length * count);
    }),
  );
  return answers.find((answer) => answer && !answer.fits) ?? answers[0] ?? null;
}

function useRoom(chosen: readonly Family[], { count }: Seeds): Room | null {
  const [room, setRoom] = useState<Room | null>(null);
  const experiment = useConfig((state) => state.experiment);
  useEffect(() => {
    let stale = false;
    void roomFor(chosen, count, experiment).then((answer) => !stale && setRoom(answer));
    return () => {
      stale = true;
    };
  }, [chosen, count, experiment]);
  return room;
}

function problemOf(chosen: readonly Family[], seeds: Seeds): string | null {
  try {
    checkGrid(chosen, seeds);
    return null;
  } catch (error) {
    return error instanceof ModelError ? error.message : 'This grid cannot be made.';
  }
}
