/** What one sets seldom: behind a button, and loaded when it is first pressed. */
import { SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useView } from '../hooks.ts';
import { Menu } from '../primitives/Menu.tsx';
import styles from './chart.module.css';

const OptionsForm = lazy(() => import('./OptionsForm.tsx').then((module) => ({ default: module.OptionsForm })));

export function ChartOptions() {
  const changed = useView((view) => view.groupBy !== 'none' || view.logX || view.yRange !== 'auto');
  return (
    <Menu label={<SlidersHorizontal size={15} data-on={changed || undefined} />} name="Chart options" className={styles.icon} align="end" width={340}>
      {() => (
        <Suspense>
          <OptionsForm />
        </Suspense>
      )}
    </Menu>
  );
}
