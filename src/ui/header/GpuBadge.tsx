/** Which GPU trains, and the way to its self-test. */
import { lazy, Suspense, useState } from 'react';
import { useLive } from '../hooks.ts';
import styles from './Header.module.css';

const GpuDialog = lazy(() => import('./GpuDialog.tsx').then((module) => ({ default: module.GpuDialog })));

export function GpuBadge() {
  const [open, setOpen] = useState(false);
  const { adapter, phase, replaced } = useLive(({ adapter, phase, selfTest }) => ({ adapter, phase, replaced: selfTest.replaced.length }));
  const state = phase === 'unavailable' ? 'bad' : phase === 'lost' || adapter?.software || replaced > 0 ? 'warn' : adapter ? 'good' : 'none';
  const name = phase === 'unavailable' ? 'No WebGPU' : (adapter?.name ?? 'GPU …');
  const text = replaced > 0 ? `${name}, ${replaced} ${replaced === 1 ? 'tile' : 'tiles'} replaced` : name;
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
