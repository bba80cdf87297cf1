/** A run that left the finite numbers: where, and what to try. */
import { formatNumber } from '../../model/format.ts';
import type { Divergence } from '../../store/live.ts';
import { setOptimizerArg } from '../../store/runs.ts';
import styles from './Runs.module.css';

/** A tenth is the next rate worth trying on a log scale. */
const GENTLER = 10;

export function Diverged({ id, name, divergence, lr }: { id: string; name: string; divergence: Divergence; lr: number }) {
  const { step, layer } = divergence;
  const next = Number((lr / GENTLER).toPrecision(2));
  return (
    <div className={styles.diverged} role="alert">
      <p>
        <b>Diverged at step {step}</b>
        {layer ? (
          <>
            {' '}
            in <code>{layer}</code>
          </>
        ) : (
          ', in the loss'
        )}
        . It stands still; the others go on. Try a smaller lr, a warm-up or batch norm, then Reset.
      </p>
      <button type="button" aria-label={`${name}: try lr ${formatNumber(next)}`} onClick={() => setOptimizerArg(id, 'lr', next)}>
        Set lr {formatNumber(next)}
      </button>
    </div>
  );
}
