/** What stands in the forms of the search pane, for as long as the page lives: the pane itself comes and goes. */
import { createStore } from 'zustand/vanilla';
import type { Dimension } from '../../model/search.ts';
import type { SearchKind } from '../../store/search.ts';

export interface Forms {
  kind: SearchKind;
  /** Id of the run that is searched; null: the first. */
  run: string | null;
  /** Ends of the sweep; null: around the rate of the run. */
  from: number | null;
  to: number | null;
  lanes: number;
  steps: number;
  /** Ranges that the visitor has changed, by "SGD momentum"; `off`: left at what the run has. */
  ranges: Readonly<Record<string, Pick<Dimension, 'from' | 'to'> & { off: boolean }>>;
  trials: number;
  firstSteps: number;
  rounds: number;
  seed: number;
}

export const formsStore = createStore<Forms>(() => ({
  kind: 'sweep',
  run: null,
  from: null,
  to: null,
  lanes: 16,
  steps: 200,
  ranges: {},
  trials: 16,
  firstSteps: 50,
  rounds: 3,
  seed: 1,
}));

export const setForms = formsStore.setState;
