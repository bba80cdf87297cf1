/** One weight's update, line by line: the rule, the numbers in it, what comes out, and what the GPU writes. */
import type { InspectedUpdate } from '../../store/microscope.ts';
import { Formula } from '../primitives/Formula.tsx';
import styles from './Microscope.module.css';
import { agreement, digits, FLOAT32 } from './words.ts';

export function Explanation({ weight }: { weight: InspectedUpdate['weight'] }) {
  const { steps, before, after } = weight;
  const last = steps.at(-1);
  if (!last) return null;
  return (
    <>
      <ol className={styles.steps} aria-label="The update, step by step">
        <Line label="Weight" tex="w" numbers="" value={digits(before, FLOAT32)} />
        {steps.map((step) => (
          <Line key={step.label} {...step} value={digits(step === last ? Math.fround(step.value) : step.value, step === last ? FLOAT32 : 6)} />
        ))}
      </ol>
      <p className={styles.verdict}>
        The GPU writes <strong data-written={after}>{digits(after, FLOAT32)}</strong>: {agreement(last.value, after)}.
      </p>
    </>
  );
}

interface LineProps {
  label: string;
  tex: string;
  numbers: string;
  value: string;
}

function Line({ label, tex, numbers, value }: LineProps) {
  return (
    <li>
      <span className={styles.label}>{label}</span>
      <span className={styles.rule}>
        <Formula tex={tex} />
      </span>
      <span className={styles.numbers}>
        <Formula tex={numbers} />
      </span>
      <output className={styles.value}>{value}</output>
    </li>
  );
}
