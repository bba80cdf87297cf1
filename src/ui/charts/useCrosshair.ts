/** One pointer, all charts: the line and the dots of a chart follow the shared position by reference. */
import { type PointerEvent, type RefObject, useCallback, useEffect } from 'react';
import { lowerBound } from '../../store/column.ts';
import { curves } from '../../store/series.ts';
import { hoverStore } from '../../store/view.ts';
import type { RunItem } from '../hooks.ts';
import { type AxisChoice, columnOf, xOf } from './domains.ts';
import type { PathsHandle } from './Paths.tsx';
import { mapX, mapY, type Plot } from './path.ts';
import type { ChartSpec } from './spec.ts';

interface Options {
  spec: ChartSpec;
  runs: readonly RunItem[];
  choice: AxisChoice;
  smoothing: number;
  paths: RefObject<PathsHandle | null>;
  plot: RefObject<Plot | null>;
}

export function useCrosshair({ spec, runs, choice, smoothing, paths, plot }: Options) {
  const { axis, epochsPerStep } = choice;

  const draw = useCallback(() => {
    const group = paths.current?.crosshair;
    const at = plot.current;
    const { hover } = hoverStore.getState();
    if (!group || !at) return;
    if (!hover || hover.x > at.x.max) return group.setAttribute('visibility', 'hidden');
    group.setAttribute('visibility', 'visible');
    const x = mapX(at, hover.x);
    const [line, ...dots] = group.children;
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: at.top, y2: at.top + at.height })) line!.setAttribute(name, String(value));
    let k = 0;
    for (const run of runs) {
      const series = curves.peek(run.id);
      for (const { metric } of spec.layers) {
        const dot = dots[k++];
        if (!dot) continue;
        const i = series ? indexAt(series.steps(metric).length, xOf(series, metric, { axis, epochsPerStep }), hover.x) : -1;
        const y = series && i >= 0 ? columnOf(series, metric, smoothing).data[i]! : Number.NaN;
        const shown = Number.isFinite(y) && (!at.log || y > 0);
        dot.setAttribute('visibility', shown ? 'inherit' : 'hidden');
        if (!shown) continue;
        const { xs, factor } = xOf(series!, metric, { axis, epochsPerStep });
        dot.setAttribute('cx', String(mapX(at, xs[i]! * factor)));
        dot.setAttribute('cy', String(mapY(at, y)));
      }
    }
  }, [spec, runs, axis, epochsPerStep, smoothing, paths, plot]);

  useEffect(() => {
    let frame = 0;
    const stop = hoverStore.subscribe(() => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        draw();
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [draw]);

  const onPointerMove = useCallback(
    (event: PointerEvent<HTMLElement>) => {
      const at = plot.current;
      if (!at) return;
      const box = event.currentTarget.getBoundingClientRect();
      const px = event.clientX - box.left;
      const x = at.x.min + ((px - at.left) / at.width) * (at.x.max - at.x.min);
      const inside = x >= at.x.min && x <= at.x.max;
      hoverStore.setState({ hover: inside ? { chart: spec.name, x, left: px, width: box.width } : null });
    },
    [spec.name, plot],
  );
  const onPointerLeave = useCallback(() => hoverStore.setState({ hover: null }), []);
  return { onPointerMove, onPointerLeave };
}

/** Index of the last point at or before x; −1 before the first. */
export function indexAt(length: number, { xs, factor }: { xs: ArrayLike<number>; factor: number }, x: number): number {
  const target = x / factor;
  const i = lowerBound(xs, target, 0, length);
  return i < length && xs[i]! === target ? i : i - 1;
}
