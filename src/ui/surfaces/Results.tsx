/** Where every run is at the step shown, and what became of it. */
import { useStore } from 'zustand';
import type { Surface } from '../../model/surfaces/index.ts';
import { playbackStore } from '../../store/surface_playback.ts';
import { type SurfaceTrail, surfaceStore } from '../../store/surfaces.ts';
import { Swatch } from '../primitives/Swatch.tsx';
import styles from './Surfaces.module.css';
import { aboutMuon, numbersAt, sentence } from './words.ts';

export function Results({ surface, trails, steps }: { surface: Surface; trails: readonly SurfaceTrail[]; steps: number }) {
  const runs = useStore(surfaceStore, ({ shown }) => shown?.lab.runs);
  // The pointer on a chart asks for the numbers of its step.
  const told = useStore(playbackStore, (state) => state.hover ?? state.told);
  if (!runs || trails.length === 0) return null;
  const notes = trails.map((trail, l) => [runs[l] ? aboutMuon(runs[l].rule, surface) : '', sentence(trail, surface, steps, told)].join(' ').trim());
  return (
    <>
      <table className={styles.results}>
        <caption className="unseen">
          {surface.label} at step {told}
        </caption>
        <thead>
          <tr>
            <th scope="col">at step {told}</th>
            <th scope="col">loss</th>
            <th scope="col">x</th>
            <th scope="col">y</th>
          </tr>
        </thead>
        <tbody>
          {trails.map((trail, l) => {
            const numbers = numbersAt(trail, surface, told);
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a run is its place
              <tr key={l}>
                <th scope="row">
                  <Swatch color={l} />
                  <span>{runs[l]?.name}</span>
                </th>
                <td>{numbers?.loss ?? '–'}</td>
                <td>{numbers?.x ?? '–'}</td>
                <td>{numbers?.y ?? '–'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <ul className={styles.notes}>
        {notes.map(
          (note, l) =>
            note !== '' && (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <li key={l}>
                <strong>{runs[l]?.name}</strong> {note}
              </li>
            ),
        )}
      </ul>
    </>
  );
}
