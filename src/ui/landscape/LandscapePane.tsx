/** The loss around the weights of a run, and the way that every run has come. */
import { Ellipsis, FileImage, FileSpreadsheet, Table } from 'lucide-react';
import { useEffect, useState } from 'react';
import { csv } from '../../store/csv.ts';
import { download, fileName } from '../../store/download.ts';
import { busy, type Landscape, type LandscapePlane, landscapeStore } from '../../store/landscape.ts';
import { type RunItem, useConfig, useLive, useRuns } from '../hooks.ts';
import { Menu, MenuItem } from '../primitives/Menu.tsx';
import { Panel } from '../primitives/Panel.tsx';
import { Swatch } from '../primitives/Swatch.tsx';
import { Controls } from './Controls.tsx';
import { exportPng } from './export.ts';
import { GridTable } from './GridTable.tsx';
import styles from './Landscape.module.css';
import { Picture } from './Picture.tsx';
import { describe, gridRows } from './words.ts';

/** Milliseconds between two drawings, at least. */
const EVERY = 100;

/** The newest landscape, ten times a second at most. */
function useLandscape(): Landscape {
  const [landscape, setLandscape] = useState(landscapeStore.getState);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    const show = (): void => {
      timer = undefined;
      last = performance.now();
      setLandscape(landscapeStore.getState());
    };
    const stop = landscapeStore.subscribe(() => {
      timer ??= setTimeout(show, Math.max(0, last + EVERY - performance.now()));
    });
    show();
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return landscape;
}

export function LandscapePane() {
  const landscape = useLandscape();
  const runs = useRuns();
  const { plane } = landscape;
  const name = runs.find(({ id }) => id === plane?.run)?.name ?? 'a run that is gone';
  const words = describe(landscape, name);
  return (
    <Panel
      name="Landscape"
      className={styles.panel}
      detail={plane && !busy(landscape) ? `${landscape.state === 'cancelled' ? 'stopped' : 'done'} after ${landscape.seconds.toFixed(1)} s` : null}
      tools={plane && <Taking landscape={landscape} plane={plane} words={words} />}
    >
      <Controls landscape={landscape} />
      {landscape.state === 'failed' && (
        <p role="alert" className={styles.failed}>
          {landscape.message}
        </p>
      )}
      {plane ? (
        <>
          <Picture landscape={landscape} plane={plane} runs={runs} label={words} />
          <Legend plane={plane} runs={runs} />
          <p className={styles.words} aria-live={busy(landscape) ? 'off' : 'polite'}>
            {words}
          </p>
          <Notes plane={plane} />
        </>
      ) : (
        <Empty landscape={landscape} />
      )}
    </Panel>
  );
}

function Empty({ landscape }: { landscape: Landscape }) {
  const step = useLive((live) => live.step);
  return (
    <div className={styles.empty}>
      <p className={styles.lead}>{landscape.state === 'asked' ? 'Getting ready …' : 'The loss around the weights of a run'}</p>
      <p>
        {step === 0
          ? 'Nothing is trained yet: Compute shows the landscape around the initial weights. Press Start, and paths appear.'
          : 'Choose a plane and press Compute. Every run leaves its path on it; training goes on meanwhile.'}
      </p>
    </div>
  );
}

function Legend({ plane, runs }: { plane: LandscapePlane; runs: readonly RunItem[] }) {
  const spans = plane.paths.map(({ steps }) => sayPlaces(steps));
  // Twenty times the same would be nothing to read.
  const same = spans.length > 1 && new Set(spans).size === 1 && spans[0];
  return (
    <ul className={styles.legend} aria-label="Paths">
      {plane.paths.map(({ run }, i) => {
        const item = runs.find(({ id }) => id === run);
        return (
          item && (
            <li key={run}>
              <Swatch color={item.color} /> {item.name}
              {!same && <span>{spans[i]}</span>}
              {item.hidden && <span>hidden</span>}
            </li>
          )
        );
      })}
      {same && (
        <li>
          <span>each {same}</span>
        </li>
      )}
    </ul>
  );
}

const sayPlaces = (steps: readonly number[]): string =>
  steps.length === 1 ? `step ${steps[0]}` : `${steps.length} places, steps ${steps[0]} to ${steps.at(-1)}`;

function Notes({ plane }: { plane: LandscapePlane }) {
  const ids = useConfig((state) => state.ids);
  const others = ids.length - plane.paths.length;
  const notes = [
    plane.statistics && 'Batch norms keep the running statistics of the run everywhere.',
    plane.unrecorded && 'Paths are not recorded: together, these runs have too many parameters to remember where they were (64 MB).',
    others > 0 && `${others === 1 ? 'One run is' : `${others} runs are`} not on this plane: hidden, diverged, of another network, or added later.`,
    plane.explained && plane.paths.length > 1 && 'Hide a run and compute again to leave it out of the plane.',
    !plane.explained && 'On random directions a path shows little: most of it leads out of the plane.',
  ].filter(Boolean);
  return notes.length > 0 && <p className={styles.note}>{notes.join(' ')}</p>;
}

/** What one can take from the picture. */
function Taking({ landscape, plane, words }: { landscape: Landscape; plane: LandscapePlane; words: string }) {
  const [table, setTable] = useState(false);
  const title = useConfig((state) => state.experiment.name);
  const choose = (close: () => void, action: () => void) => () => {
    close();
    action();
  };
  const saveCsv = (): void => download(fileName(`${title} landscape`, 'csv'), 'text/csv', csv(gridRows(landscape)));
  return (
    <>
      <Menu label={<Ellipsis size={16} />} name="Landscape menu" align="end">
        {(close) => (
          <>
            <MenuItem title="Values as a table" icon={<Table size={15} />} onSelect={choose(close, () => setTable(true))} />
            <MenuItem title="Download CSV" icon={<FileSpreadsheet size={15} />} onSelect={choose(close, saveCsv)} />
            <MenuItem title="Download PNG" icon={<FileImage size={15} />} onSelect={choose(close, () => void exportPng(title, words))} />
          </>
        )}
      </Menu>
      {table && <GridTable landscape={landscape} plane={plane} words={words} onClose={() => setTable(false)} />}
    </>
  );
}
