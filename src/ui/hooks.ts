/** The stores as React hooks, and the few measurements that components share. */
import { type RefObject, useDeferredValue, useEffect, useLayoutEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { groupRuns, type RunGroup } from '../model/groups.ts';
import { checkModel, type ModelCheck } from '../model/infer.ts';
import type { RunSpec } from '../model/types.ts';
import { type ConfigState, colorOf, configStore, uniqueNames } from '../store/config.ts';
import { type Live, liveStore } from '../store/live.ts';
import { type View, viewStore } from '../store/view.ts';

export const useConfig = <T>(select: (state: ConfigState) => T): T => useStore(configStore, select);
export const useLive = <T>(select: (state: Live) => T): T => useStore(liveStore, useShallow(select));
export const useView = <T>(select: (state: View) => T): T => useStore(viewStore, useShallow(select));

export interface RunItem {
  id: string;
  /** Different for each run. */
  name: string;
  /** That of its group, where runs are grouped. */
  color: number;
  hidden: boolean;
  spec: RunSpec;
  /** The runs that it is drawn with as one line. */
  group: RunGroup | null;
}

/** The groups that the visitor asked for; null where nothing can be grouped that way. */
export function useGroups(): readonly RunGroup[] | null {
  const runs = useConfig((state) => state.experiment.runs);
  const ids = useConfig((state) => state.ids);
  const model = useConfig((state) => state.experiment.model);
  const seed = useConfig((state) => state.experiment.seed);
  // Every panel has something in the colour of its run: they follow one by one, so that no task is long.
  const by = useDeferredValue(useView((view) => view.groupBy));
  return useMemo(() => groupRuns(runs, ids, by, { model, seed }), [runs, ids, by, model, seed]);
}

/** A colour that all runs of a group were given is the group's; else it takes the next one. */
function groupColor(runs: readonly RunSpec[], position: number): number {
  const given = runs[0]!.color;
  return given !== undefined && runs.every((run) => run.color === given) ? given : position;
}

/** All runs, in order. */
export function useRuns(): readonly RunItem[] {
  const runs = useConfig((state) => state.experiment.runs);
  const ids = useConfig((state) => state.ids);
  const solo = useView((view) => view.solo);
  const groups = useGroups();
  return useMemo(() => {
    const names = uniqueNames(runs);
    const alone = solo !== null && ids.includes(solo) ? solo : null;
    const specs = (group: RunGroup): RunSpec[] => group.ids.map((id) => runs[ids.indexOf(id)]!);
    const colors = groups?.map((group, g) => groupColor(specs(group), g));
    const groupOf = (id: string): number => groups?.findIndex((group) => group.ids.includes(id)) ?? -1;
    return runs.map((spec, i) => ({
      id: ids[i]!,
      name: names[i]!,
      color: colors?.[groupOf(ids[i]!)] ?? colorOf(spec, i),
      hidden: alone ? ids[i] !== alone : (spec.hidden ?? false),
      spec,
      group: groups?.[groupOf(ids[i]!)] ?? null,
    }));
  }, [runs, ids, solo, groups]);
}

/** Runs whose curves are drawn. */
export function useVisibleRuns(): readonly RunItem[] {
  const runs = useRuns();
  return useMemo(() => runs.filter((run) => !run.hidden), [runs]);
}

export function useModelCheck(): ModelCheck {
  const model = useConfig((state) => state.experiment.model);
  return useMemo(() => checkModel(model), [model]);
}

export interface Size {
  width: number;
  height: number;
}

/** Whole pixels of an element's content box; 0 × 0 while it is not shown. */
export function useSize(ref: RefObject<Element | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry!.contentRect;
      setSize((old) =>
        old.width === Math.floor(width) && old.height === Math.floor(height) ? old : { width: Math.floor(width), height: Math.floor(height) },
      );
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

/** Steps to epochs; 0 while the data are not known. */
export function useEpochsPerStep(): number {
  const batch = useConfig((state) => state.experiment.batch_size);
  const train = useLive((live) => live.data?.train ?? 0);
  return train > 0 ? batch / train : 0;
}

/** Writes the chosen theme where the style sheet looks for it. */
export function useTheme(): void {
  const theme = useView((view) => view.theme);
  useEffect(() => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
