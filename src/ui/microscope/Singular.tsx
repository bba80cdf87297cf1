/** The singular values of a matrix before and after Muon, largest first: a fall becomes a plateau about 1. */
import type { SingularValues } from '../../store/microscope.ts';
import styles from './Microscope.module.css';
import { digits } from './words.ts';

const HEIGHT = 100;

export function Singular({ values }: { values: SingularValues | string }) {
  if (typeof values === 'string') return <p className={styles.note}>{values}</p>;
  const { before, after } = values;
  const count = before.length;
  const top = Math.max(1.25, ...before, ...after);
  // A step a value, so that even a single one has a width.
  const path = (list: Float64Array): string =>
    Array.from(list, (s, i) => `${i === 0 ? 'M' : 'L'}${i} ${(HEIGHT * (1 - s / top)).toFixed(2)}H${i + 1}`).join('');
  const range = (list: Float64Array): string => `${digits(list[0] ?? 0, 3)} … ${digits(list.at(-1) ?? 0, 3)}`;
  return (
    <>
      <svg
        className={styles.singular}
        viewBox={`0 0 ${count} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${count} singular values: before ${range(before)}, after ${range(after)}`}
      >
        <line className={styles.middle} x1="0" x2={count} y1={HEIGHT * (1 - 1 / top)} y2={HEIGHT * (1 - 1 / top)} />
        <path d={path(before)} data-when="before" />
        <path d={path(after)} data-when="after" />
      </svg>
      <p className={styles.legend}>
        <span data-when="before">before, at norm 1: {range(before)}</span>
        <span data-when="after">after: {range(after)}</span>
        The thin line is 1.
      </p>
    </>
  );
}
