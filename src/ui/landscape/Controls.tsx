/** What is to be computed, and the way to begin and to stop. */
import { useStore } from 'zustand';
import { busy, cancel, compute, type Landscape, type LandscapeRequest, wishStore } from '../../store/landscape.ts';
import { useLive, useRuns } from '../hooks.ts';
import { NumberField } from '../primitives/NumberField.tsx';
import styles from './Landscape.module.css';
import { leftOut } from './words.ts';

const SIZES = [11, 21, 31] as const;

type Mode = LandscapeRequest['mode'];

const set = (patch: Partial<LandscapeRequest>): void => wishStore.setState(patch);

export function Controls({ landscape }: { landscape: Landscape }) {
  const wish = useStore(wishStore);
  const runs = useRuns();
  const diverged = useLive((live) => live.diverged);
  const run = runs.find(({ id }) => id === wish.run) ?? runs.find(({ id }) => !diverged[id]) ?? runs[0]!;
  const { ready, train, step } = useLive((live) => ({ ready: live.phase === 'ready', train: live.data?.train ?? 1e6, step: live.step }));
  const working = busy(landscape);
  const mode: Mode = wish.mode ?? (step > 0 ? 'paths' : 'random');
  const early = mode === 'paths' && step === 0;
  return (
    <div className={styles.controls}>
      <label>
        Plane
        <select value={mode} onChange={(event) => set({ mode: event.target.value as Mode, span: 1 })}>
          <option value="random">Random directions</option>
          <option value="paths">Paths of the runs (PCA)</option>
        </select>
      </label>
      <label>
        Around
        <select value={run.id} onChange={(event) => set({ run: event.target.value })}>
          {runs.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        Points
        <select value={wish.size} onChange={(event) => set({ size: Number(event.target.value) })}>
          {SIZES.map((size) => (
            <option key={size} value={size}>
              {size} × {size}
            </option>
          ))}
        </select>
      </label>
      <div className={styles.field}>
        <span aria-hidden="true">Span</span>
        <NumberField label="Span" help={SPAN[mode]} value={wish.span} min={0.01} max={100} log width={56} onCommit={(span) => set({ span })} />
      </div>
      <div className={styles.field}>
        <span aria-hidden="true">Samples</span>
        <NumberField
          label="Samples"
          help="The first so many training samples"
          value={Math.min(wish.samples, train)}
          whole
          min={1}
          max={train}
          width={64}
          onCommit={(samples) => set({ samples })}
        />
      </div>
      {mode === 'random' && (
        <div className={styles.field}>
          <span aria-hidden="true">Seed</span>
          <NumberField label="Seed of the directions" value={wish.seed} whole min={0} max={999_999} width={56} onCommit={(seed) => set({ seed })} />
        </div>
      )}
      {working ? (
        <button type="button" onClick={cancel}>
          Cancel
        </button>
      ) : (
        <button
          type="button"
          className={styles.compute}
          disabled={!ready || early}
          title={early ? 'Train for a few steps first: there are no paths yet' : undefined}
          onClick={() => compute({ ...wish, mode, run: run.id, without: leftOut(runs, diverged, run.id) })}
        >
          Compute
        </button>
      )}
      {working && <Progress landscape={landscape} />}
    </div>
  );
}

const SPAN: Record<Mode, string> = {
  random: 'The grid ends where every filter has moved by so many of its own norms',
  paths: '1 covers all paths with a margin',
};

function Progress({ landscape: { plane, done } }: { landscape: Landscape }) {
  const training = useLive((live) => live.state === 'running');
  const rows = plane?.ys.length ?? 0;
  const row = plane ? Math.min(rows, Math.floor(done / plane.xs.length) + 1) : 0;
  const words = plane ? `Row ${row} of ${rows}` : 'Getting ready';
  return (
    <div className={styles.progress}>
      <span>
        {words}
        {training && ' · training has its turn between rows'}
      </span>
      <progress aria-label="Landscape" aria-valuetext={words} max={plane ? rows * plane.xs.length : 1} value={plane ? done : undefined} />
    </div>
  );
}
