/** What a chart shows, from the stores: a new object only when something of it has changed. */
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { earlierStore, taskOf } from '../../store/earlier.ts';
import { useConfig, useEpochsPerStep, useView, useVisibleRuns } from '../hooks.ts';
import type { Fit } from './domains.ts';
import { type Line, linesOf } from './lines.ts';
import type { Scene } from './painter.ts';
import type { ChartSpec } from './spec.ts';
import { zoomStore } from './zoom.ts';

export function useLines(): readonly Line[] {
  const runs = useVisibleRuns();
  return useMemo(() => linesOf(runs), [runs]);
}

/** Kept curves of the same data and loss, the newest race first. */
export function useEarlier(): Scene['earlier'] {
  const races = useStore(earlierStore, (state) => state.races);
  const data = useConfig((state) => state.experiment.data);
  const loss = useConfig((state) => state.experiment.loss);
  return useMemo(() => {
    const task = taskOf({ data, loss });
    const alike = races.filter((race) => race.task === task);
    return alike.flatMap((race) => race.runs.map((run, i) => ({ ...run, key: `race${race.id}-${i}` })));
  }, [races, data, loss]);
}

function useFit(): Fit {
  const { axis, log, smoothing, range } = useView((view) => ({
    axis: view.xAxis,
    log: view.logX,
    smoothing: view.smoothing,
    range: view.yRange,
  }));
  const epochsPerStep = useEpochsPerStep();
  const samplesPerStep = useConfig((state) => state.experiment.batch_size);
  const zoom = useStore(zoomStore);
  // Until the data are known, nobody knows how long an epoch is.
  const usable = axis === 'epoch' && epochsPerStep === 0 ? 'step' : axis;
  return useMemo(
    () => ({ choice: { axis: usable, log, epochsPerStep, samplesPerStep }, smoothing, range, zoom }),
    [usable, log, epochsPerStep, samplesPerStep, smoothing, range, zoom],
  );
}

export function useScene(spec: ChartSpec): Scene {
  const lines = useLines();
  const earlier = useEarlier();
  const fit = useFit();
  return useMemo(() => ({ spec, lines, earlier, fit }), [spec, lines, earlier, fit]);
}
