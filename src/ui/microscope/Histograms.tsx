/** Small multiples of a layer's numbers on logarithmic axes. */
import type { Histogram, InspectedUpdate } from '../../store/microscope.ts';
import styles from './Microscope.module.css';
import { digits, HISTOGRAMS } from './words.ts';

const HEIGHT = 40;

export function Histograms({ histograms }: { histograms: InspectedUpdate['histograms'] }) {
  return (
    <ul className={styles.histograms}>
      {histograms.map(({ name, histogram }) => {
        const [title, what] = HISTOGRAMS[name];
        return (
          <li key={name}>
            <h3>{title}</h3>
            <p className={styles.what}>{what}</p>
            <Bars title={title} histogram={histogram} />
            <Axis histogram={histogram} />
            <p className={styles.range}>{rangeOf(histogram)}</p>
          </li>
        );
      })}
    </ul>
  );
}

function rangeOf({ min, max, zero, non_finite }: Histogram): string {
  const parts = [`${digits(min, 3)} … ${digits(max, 3)}`];
  if (zero > 0) parts.push(`${zero} zero or too small to show`);
  if (non_finite > 0) parts.push(`${non_finite} not finite`);
  return parts.join(' · ');
}

function Bars({ title, histogram }: { title: string; histogram: Histogram }) {
  const { counts } = histogram;
  const most = Math.max(1, ...counts);
  const d = Array.from(counts, (n, i) => (n > 0 ? `M${i} ${HEIGHT}v${-Math.max(1, (n / most) * HEIGHT).toFixed(2)}h1V${HEIGHT}z` : '')).join('');
  return (
    <svg
      className={styles.bars}
      viewBox={`0 0 ${counts.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${title}: ${rangeOf(histogram)}`}
    >
      {histogram.signed && <line className={styles.middle} x1={counts.length / 2} x2={counts.length / 2} y1="0" y2={HEIGHT} />}
      <path d={d} />
    </svg>
  );
}

/** The ends of the axis as powers of ten. */
function Axis({ histogram: { signed, top, decades } }: { histogram: Histogram }) {
  const power = (exponent: number, sign = '') => (
    <span>
      {sign}10<sup>{String(exponent).replace('-', '−')}</sup>
    </span>
  );
  return (
    <div className={styles.axis} aria-hidden="true">
      {signed ? power(top, '−') : power(top - decades)}
      {signed ? <span>0</span> : power(top - decades / 2)}
      {power(top)}
    </div>
  );
}
