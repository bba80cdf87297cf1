/** What one training step costs, in a line; behind it every dispatch, so that one can see what was fused. */
import { ListOrdered } from 'lucide-react';
import { useState } from 'react';
import { formatBytes, formatCount } from '../../model/format.ts';
import type { StepSummary } from '../../store/live.ts';
import { useLive } from '../hooks.ts';
import { Dialog } from '../primitives/Dialog.tsx';
import styles from './StepPlan.module.css';

export function StepPlan() {
  const step = useLive((live) => live.plan?.step ?? null);
  const [open, setOpen] = useState(false);
  if (!step) return null;
  return (
    <>
      <button type="button" className={styles.line} title="What one training step does on the GPU" onClick={() => setOpen(true)}>
        <ListOrdered size={14} />
        One step: {step.dispatches.length} dispatches · {formatCount(step.flops)}FLOP
      </button>
      {open && (
        <Dialog title="One training step" onClose={() => setOpen(false)}>
          <Details step={step} />
        </Dialog>
      )}
    </>
  );
}

function Details({ step: { dispatches, flops, bytes, activations, memory } }: { step: StepSummary }) {
  return (
    <>
      <p className={styles.note}>
        The network is compiled once into a list of dispatches; a step sends them all, for all runs of the race together. Layers that show no dispatch
        of their own are done by a neighbour. Counted for the first run, not measured: every dispatch reads its operands and writes its results once.
      </p>
      <dl className={styles.totals}>
        <div>
          <dt>Arithmetic</dt>
          <dd>{formatCount(flops)}FLOP</dd>
        </div>
        <div>
          <dt>Moved</dt>
          <dd>{formatBytes(bytes)}</dd>
        </div>
        <div>
          <dt>Activations kept for backward</dt>
          <dd>{formatBytes(activations)}</dd>
        </div>
        <div>
          <dt>All buffers of the run</dt>
          <dd>{formatBytes(memory)}</dd>
        </div>
      </dl>
      <table className={styles.table}>
        <caption className="unseen">Dispatches of one training step</caption>
        <thead>
          <tr>
            <th scope="col">dispatch</th>
            <th scope="col">FLOP</th>
            <th scope="col">moved</th>
          </tr>
        </thead>
        <tbody>
          {dispatches.map(({ label, ...d }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{d.flops > 0 ? formatCount(d.flops) : '–'}</td>
              <td>{formatBytes(d.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
