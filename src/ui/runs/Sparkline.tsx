/** The schedule of a run on the summary line of its card: the shape of what opens below. */
import { useMemo } from 'react';
import { type Preview, type PreviewContext, previewOf } from '../../model/preview.ts';
import type { RunSpec } from '../../model/types.ts';
import { useConfig, useLive } from '../hooks.ts';
import { runColor } from '../primitives/palette.ts';
import { lineOf, plotOf } from './preview.ts';

const WIDTH = 56;
const HEIGHT = 16;

export function Sparkline({ spec, color }: { spec: RunSpec; color: number }) {
  const batch_size = useConfig((state) => state.experiment.batch_size);
  const eval_every = useConfig((state) => state.experiment.eval_every);
  const train = useLive((live) => live.data?.train);
  const preview = useMemo(
    () => safely(spec, { epoch: train ? { batch_size, train } : undefined, eval_every }),
    [spec, batch_size, train, eval_every],
  );
  if (!preview || !(Math.max(...preview.lr) > 0)) return null;
  const { at, lr, log, steps } = preview;
  const d = lineOf(at, lr, plotOf(lr, { width: WIDTH, height: HEIGHT, steps, log, fromZero: true }));
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Learning rate over ${steps} steps`}>
      <path d={d} fill="none" stroke={runColor(color)} strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}

function safely(spec: RunSpec, context: PreviewContext): Preview | null {
  try {
    return previewOf(spec, context);
  } catch {
    // An argument is being typed.
    return null;
  }
}
