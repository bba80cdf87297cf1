/** A section with its name in reach of assistive technology, and a boundary: a panel that fails leaves the others alone. */
import type { ReactNode } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import styles from './Panel.module.css';

interface PanelProps {
  /** Accessible name of the region; stable, since tests and scripts look for it. */
  name: string;
  /** Shown instead of the name. */
  title?: ReactNode;
  /** Beside the title, quieter. */
  detail?: ReactNode;
  tools?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Panel({ name, title = name, detail, tools, className, children }: PanelProps) {
  return (
    <section aria-label={name} className={`${styles.panel} ${className ?? ''}`}>
      <header className={styles.head}>
        <h2>{title}</h2>
        {detail && <span className={styles.detail}>{detail}</span>}
        {tools && <div className={styles.tools}>{tools}</div>}
      </header>
      <ErrorBoundary fallbackRender={({ error, resetErrorBoundary }) => <Broken error={error} retry={resetErrorBoundary} />}>
        {children}
      </ErrorBoundary>
    </section>
  );
}

function Broken({ error, retry }: { error: unknown; retry: () => void }) {
  return (
    <div role="alert" className={styles.broken}>
      <p>This panel stopped: {error instanceof Error ? error.message : 'unknown reason'}. The experiment is safe.</p>
      <button type="button" onClick={retry}>
        Show it again
      </button>
    </div>
  );
}
