/** What the middle of the screen can show besides the curves. A pane is loaded when it is first opened: the first screen pays for none. */
import { Eye, X } from 'lucide-react';
import { type ComponentType, type LazyExoticComponent, lazy, type MouseEvent, type ReactNode, Suspense } from 'react';
import { isChanged } from '../model/presets.ts';
import { type Pane, setView } from '../store/view.ts';
import { useConfig, useLive, useView } from './hooks.ts';
import styles from './Panes.module.css';
import { walkTabs } from './primitives/tabs.ts';

interface PaneDefinition {
  id: Exclude<Pane, 'curves'>;
  /** On the tab: one word. */
  label: string;
  /** What it answers, in one line. */
  title: string;
  View: LazyExoticComponent<ComponentType>;
}

/** In the order of the tabs. */
const PANES: readonly PaneDefinition[] = [
  {
    id: 'verdict',
    label: 'Verdict',
    title: 'Which run is better, and whether that is more than luck',
    View: lazy(() => import('./verdict/VerdictPane.tsx').then((module) => ({ default: module.VerdictPane }))),
  },
  {
    id: 'search',
    label: 'Search',
    title: 'Many short runs beside the race: which learning rate, which settings?',
    View: lazy(() => import('./search/SearchPane.tsx').then((module) => ({ default: module.SearchPane }))),
  },
  {
    id: 'landscape',
    label: 'Landscape',
    title: 'The loss around the weights, and the way that every run has come',
    View: lazy(() => import('./landscape/LandscapePane.tsx').then((module) => ({ default: module.LandscapePane }))),
  },
  {
    id: 'microscope',
    label: 'Microscope',
    title: 'The inside of the next update: a layer’s gradient, moments and steps, and one weight through the formula',
    View: lazy(() => import('./microscope/MicroscopePane.tsx').then((m) => ({ default: m.MicroscopePane }))),
  },
];

/** The curves (`children`), or one of the panes, under a row of tabs. */
export function Panes({ children }: { children: ReactNode }) {
  const pane = useView((view) => view.pane);
  if (PANES.length === 0) return children;
  const open = PANES.find(({ id }) => id === pane);
  const tabs: readonly (Pick<PaneDefinition, 'label' | 'title'> & { id: Pane })[] = [
    { id: 'curves', label: 'Curves', title: 'Loss, accuracy and feature maps, live' },
    ...PANES,
  ];
  return (
    <>
      <div role="tablist" aria-label="View" className={styles.tabs} onKeyDown={walkTabs}>
        {tabs.map(({ id, label, title }) => (
          <button
            key={id}
            type="button"
            role="tab"
            title={title}
            aria-selected={id === (open?.id ?? 'curves')}
            tabIndex={id === (open?.id ?? 'curves') ? 0 : -1}
            onClick={() => setView({ pane: id })}
          >
            {label}
          </button>
        ))}
      </div>
      <Watch onCurves={!open} />
      {open ? (
        <div className={styles.pane}>
          <Suspense fallback={<p className={styles.loading}>Loading …</p>}>
            <open.View />
          </Suspense>
        </div>
      ) : (
        children
      )}
    </>
  );
}

/** What the experiment says is to be seen, while there is something to see; before, the empty chart says it. */
function Watch({ onCurves }: { onCurves: boolean }) {
  const note = useConfig((state) => state.experiment.note ?? '');
  const changed = useConfig((state) => isChanged(state.experiment));
  const begun = useLive((live) => live.step > 0 || live.state === 'running');
  const read = useView((view) => view.readNote === note);
  const hide = ({ currentTarget }: MouseEvent): void => {
    // The button goes with the note; whoever came by keyboard goes on from the tabs.
    currentTarget.parentElement?.previousElementSibling?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    setView({ readNote: note });
  };
  if (note === '' || read || (onCurves && !begun)) return null;
  return (
    <div role="note" aria-label="What to watch" className={styles.watch}>
      <Eye size={14} aria-hidden="true" />
      <p>
        {changed && <b>Before your changes: </b>}
        {note}
      </p>
      <button type="button" aria-label="Hide what to watch" title="Hide; the Experiment menu has it" onClick={hide}>
        <X size={14} />
      </button>
    </div>
  );
}
