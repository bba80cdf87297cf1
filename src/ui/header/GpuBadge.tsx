/** Which GPU trains, and the way to its self-test. */
import { lazy, Suspense, useState } from 'react';
import { useLive } from '../hooks.ts';
import styles from './Header.module.css';

const GpuDialog = lazy(() => import('./GpuDialog.tsx').then((module) => ({ default: module.GpuDialog })));

export function GpuBadge() {
  const [open, setOpen] = useState(false);
  const { adapter, phase } = useLive(({ adapter, phase }) => ({ adapter, phase }));
  const state = phase === 'unavailable' ? 'bad' : phase === 'lost' || adapter?.software ? 'warn' : adapter ? 'good' : 'none';
  const text = phase === 'unavailable' ? 'No WebGPU' : (adapter?.name ?? 'GPU …');
  return (
    <>
      <button
        type="button"
        className={styles.badge}
        data-state={state}
        aria-label={`GPU: ${text}`}
        title="About this GPU, and its self-test"
        onClick={() => setOpen(true)}
      >
        <span className={styles.dot} />
        <span className={styles.badgeText}>{text}</span>
      </button>
      {open && (
        <Suspense>
          <GpuDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
