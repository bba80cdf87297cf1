/** The first screen: three columns, two, or one with tabs. One tree for all widths; the style sheet decides what is side by side. */
import { ChartSpline, Database, Grid3x3, Layers, ListTree } from 'lucide-react';
import { useEffect, useState } from 'react';
import { setView, type Tab } from '../store/view.ts';
import styles from './App.module.css';
import { AccuracyPanel, LossPanel, ThirdPanel } from './charts/ChartPanels.tsx';
import { DataPanel } from './data/DataPanel.tsx';
import { DropZone } from './data/Files.tsx';
import { Header } from './header/Header.tsx';
import { Help } from './help/Help.tsx';
import { useConfig, useTheme, useView } from './hooks.ts';
import { FeatureMapsPanel } from './maps/FeatureMapsPanel.tsx';
import { ModelPanel } from './model/ModelPanel.tsx';
import { Panes } from './panes.tsx';
import { RunsPanel } from './runs/RunsPanel.tsx';
import { Notice, NotKept } from './states/Notice.tsx';
import { Toasts } from './states/Toasts.tsx';
import { Unavailable } from './states/Unavailable.tsx';
import { TrainingPanel } from './training/TrainingPanel.tsx';

export function App() {
  useTheme();
  const name = useConfig((state) => state.experiment.name);
  useEffect(() => {
    document.title = name === '' ? 'Descent' : `${name} – Descent`;
  }, [name]);
  const tab = useView((view) => view.tab);
  const [help, setHelp] = useState(false);
  const open = useConfig((state) => state.experiment.runs.length > 0);
  return (
    <div className={styles.app} data-tab={tab}>
      <Header />
      {open && (
        <main className={styles.main}>
          <div className={styles.notices}>
            <Notice />
          </div>
          <div className={styles.left}>
            <DataPanel className={styles.data} />
            <ModelPanel className={styles.model} />
            <TrainingPanel className={styles.training} />
          </div>
          <div className={styles.middle}>
            <Unavailable />
            <Panes>
              <LossPanel className={styles.loss} />
              <div className={styles.pair}>
                <AccuracyPanel className={styles.half} />
                <ThirdPanel className={styles.half} />
              </div>
              <FeatureMapsPanel className={styles.maps} />
            </Panes>
          </div>
          <div className={styles.right}>
            <RunsPanel className={styles.runs} />
            <NotKept />
            <footer className={styles.footer}>
              <a href="./surfaces.html">Surface lab</a>
              <a href="./bench.html">Benchmark</a>
              <a href="./selftest.html">Self-test</a>
              <button type="button" aria-keyshortcuts="?" title="What the keyboard does (?)" onClick={() => setHelp(true)}>
                Keys
              </button>
            </footer>
          </div>
        </main>
      )}
      <Tabs tab={tab} />
      <Toasts />
      <DropZone />
      <Help open={help} onChange={setHelp} />
    </div>
  );
}

const TABS: readonly [Tab, string, typeof Layers][] = [
  ['charts', 'Charts', ChartSpline],
  ['runs', 'Runs', ListTree],
  ['model', 'Model', Layers],
  ['data', 'Data', Database],
  ['maps', 'Maps', Grid3x3],
];

function Tabs({ tab }: { tab: Tab }) {
  return (
    <nav className={styles.tabs} aria-label="Panels">
      {TABS.map(([value, label, Icon]) => (
        <button
          key={value}
          type="button"
          aria-current={tab === value ? 'page' : undefined}
          onClick={() => setView(value === 'maps' ? { tab: value, pane: 'curves' } : { tab: value })}
        >
          <Icon size={18} />
          {label}
        </button>
      ))}
    </nav>
  );
}
