/** The search store as React hooks. */
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { scheduleNote } from '../../model/searched.ts';
import { ModelError } from '../../model/types.ts';
import { askFit, type FitSummary } from '../../store/fit.ts';
import { experimentFor, type Found, foundOf, type Search, searchCurves, searchStore } from '../../store/search.ts';
import { type RunItem, useConfig, useLive, useRuns } from '../hooks.ts';
import { formsStore } from './forms.ts';

const EVERY_MS = 200;

/** Every trial with what it has come to, five times a second while it trains. */
export function useFound(search: Search | null): readonly Found[] {
  const [found, setFound] = useState<readonly Found[]>([]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const update = (): void => {
      timer = undefined;
      setFound(search ? foundOf(search) : []);
    };
    update();
    const stop = searchCurves.subscribe(() => {
      timer ??= setTimeout(update, EVERY_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [search]);
  return found;
}

/** The run that the forms speak of: the chosen one, or the first. */
export function useSubject(): { runs: readonly RunItem[]; run: RunItem } {
  const runs = useRuns();
  const id = useStore(formsStore, (forms) => forms.run);
  const run = runs.find((item) => item.id === id) ?? runs[0]!;
  return { runs, run };
}

const ASK_MS = 150;

/** How many lanes of this run fit at once; null while that is not known. */
export function useFit(run: string): FitSummary | null {
  const [fit, setFit] = useState<FitSummary | null>(null);
  const ready = useLive((live) => live.phase === 'ready');
  const experiment = useConfig((state) => state.experiment);
  useEffect(() => {
    if (!ready) return;
    let stale = false;
    const ask = async (): Promise<void> => {
      const asked = experimentFor(run);
      const answer = asked && experiment.runs.length > 0 ? await askFit(asked) : null;
      if (!stale) setFit(answer);
    };
    const timer = setTimeout(() => void ask(), ASK_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [ready, run, experiment]);
  return fit;
}

/** What the schedule of the run means for a search of so many steps. */
export function useScheduleNote({ spec }: RunItem, steps: number): string {
  const batch_size = useConfig((state) => state.experiment.batch_size);
  const eval_every = useConfig((state) => state.experiment.eval_every);
  const train = useLive((live) => live.data?.train);
  return useMemo(() => {
    try {
      return scheduleNote(spec, steps, { epoch: train ? { batch_size, train } : undefined, eval_every });
    } catch {
      // An argument is being typed; its field says what is wrong.
      return '';
    }
  }, [spec, steps, batch_size, eval_every, train]);
}

/** The sentence of a check that throws, or null. */
export function problemOf(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    return error instanceof ModelError ? error.message : 'This search cannot be made.';
  }
}

/** Whose search this is; with its experiment where that is no longer the one on the screen. */
export function useTitle(search: Search): string {
  const here = useConfig(({ ids, experiment }) => ids.includes(search.origin) || experiment.name === search.experiment);
  return here ? search.name : `${search.name} of “${search.experiment}”`;
}

export const useProgress = () => useStore(searchStore, (state) => state.progress);
