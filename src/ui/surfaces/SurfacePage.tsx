/** The surface lab: optimizers on functions that one can see whole. */
import { X } from 'lucide-react';
import { useStore } from 'zustand';
import { addPlot, dismissNotice, request, surfaceStore } from '../../store/surfaces.ts';
import { useTheme } from '../hooks.ts';
import { Controls } from './Controls.tsx';
import { CopyLink } from './CopyLink.tsx';
import { PlotPanel } from './PlotPanel.tsx';
import { Runs } from './Runs.tsx';
import { SceneMenu } from './SceneMenu.tsx';
import styles from './Surfaces.module.css';

export function SurfacePage() {
  useTheme();
  const plots = useStore(surfaceStore, ({ lab }) => lab.plots);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <a href="./">← Descent</a>
        <h1>Surface lab</h1>
        <SceneMenu />
        <CopyLink />
      </header>
      <main className={styles.main}>
        <Messages />
        <Controls />
        <div className={styles.columns}>
          <div className={styles.plots} data-two={plots.length > 1 || undefined}>
            {plots.map((plot, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a plot is its place
              <PlotPanel key={at} at={at} plot={plot} />
            ))}
            {plots.length < 2 && (
              <button type="button" className={styles.add} onClick={addPlot}>
                Add a second surface
              </button>
            )}
          </div>
          <Runs />
        </div>
      </main>
      <footer className={styles.footer}>
        The kernels are those that train networks. The loss is shown above the surface’s lowest value. Nothing is sent anywhere.
      </footer>
    </div>
  );
}

/** What went wrong, each with what to do. */
function Messages() {
  const { notice, missing, failed } = useStore(surfaceStore);
  return (
    <>
      {notice && (
        <div role="alert" className={styles.notice}>
          <p>{notice}</p>
          <button type="button" aria-label="Dismiss" className={styles.icon} onClick={dismissNotice}>
            <X size={14} />
          </button>
        </div>
      )}
      {missing && (
        <div role="alert" className={styles.notice}>
          <p>{missing} Newton, L-BFGS and conjugate gradient need none.</p>
        </div>
      )}
      {failed && (
        <div role="alert" className={styles.notice}>
          <p>{failed} The runs are as they were.</p>
          <button type="button" onClick={request}>
            Try again
          </button>
        </div>
      )}
    </>
  );
}
