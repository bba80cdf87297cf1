/** The grid as a table: for screen readers, and for whoever wants the numbers. */
import { formatLoss } from '../../model/format.ts';
import type { Landscape, LandscapePlane } from '../../store/landscape.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import styles from './Landscape.module.css';
import { coordinate } from './words.ts';

export function GridTable({ landscape, plane, words, onClose }: { landscape: Landscape; plane: LandscapePlane; words: string; onClose: () => void }) {
  const { xs, ys } = plane;
  const { loss, done } = landscape;
  const cell = (i: number): string => (i < done ? formatLoss(loss[i]!) : '–');
  return (
    <Dialog title="Landscape as a table" onClose={onClose} wide>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className={styles.table} tabIndex={0} aria-label="Table of the landscape">
        <table>
          <caption className="unseen">{words} Columns: x; rows: y.</caption>
          <thead>
            <tr>
              <th scope="col">y \ x</th>
              {xs.map((x) => (
                <th key={x} scope="col">
                  {coordinate(x)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ys
              .map((_, k) => ys.length - 1 - k)
              .map((row) => (
                <tr key={row}>
                  <th scope="row">{coordinate(ys[row]!)}</th>
                  {xs.map((x, column) => (
                    <td key={x}>{cell(row * xs.length + column)}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </Dialog>
  );
}
