/** Many short runs that find good settings, beside the race: a sweep of the learning rate, and random search over several numbers. */
import { useStore } from 'zustand';
import type { SearchKind } from '../../store/search.ts';
import { walkTabs } from '../primitives/tabs.ts';
import { formsStore, setForms } from './forms.ts';
import { RandomPanel } from './RandomPanel.tsx';
import styles from './Search.module.css';
import { SweepPanel } from './SweepPanel.tsx';

const KINDS: readonly (readonly [SearchKind, string])[] = [
  ['sweep', 'Learning-rate sweep'],
  ['random', 'Random search'],
];

/** Loaded when it is opened. */
export function SearchPane() {
  const kind = useStore(formsStore, (forms) => forms.kind);
  const Panel = kind === 'sweep' ? SweepPanel : RandomPanel;
  return (
    <Panel
      title={
        <span role="tablist" aria-label="Kind of search" className={styles.kinds} onKeyDown={walkTabs}>
          {KINDS.map(([id, label]) => (
            <button
              key={id}
              type="button"
              role="tab"
              aria-selected={id === kind}
              tabIndex={id === kind ? 0 : -1}
              onClick={() => setForms({ kind: id })}
            >
              {label}
            </button>
          ))}
        </span>
      }
    />
  );
}
