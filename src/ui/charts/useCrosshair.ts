/** One pointer, all charts: the line and the dots of a chart follow the shared position by reference, and the line nearest to it stands out. */
import { type PointerEvent, type RefObject, useCallback, useEffect, useMemo } from 'react';
import { lowerBound } from '../../store/column.ts';
import { highlight, hoverStore } from '../../store/view.ts';
import { curveOf } from './lines.ts';
import type { PathsHandle } from './Paths.tsx';
import type { Scene } from './painter.ts';
import { mapX, mapY, type Plot } from './path.ts';
import { shareOf, valueAt } from './scale.ts';

interface Options {
  scene: Scene;
  paths: RefObject<PathsHandle | null>;
  plot: RefObject<Plot | null>;
}

/** As near as this, in pixels, a line is meant. */
const NEAR = 24;
const MANY = 8;
const REST_MS = 120;

export function useCrosshair({ scene, paths, plot }: Options) {
  const { name } = scene.spec;
  useEffect(() => {
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const group = paths.current?.crosshair;
      const at = plot.current;
      if (group && at) drawCrosshair(group, at, scene);
    };
    const stop = hoverStore.subscribe(() => {
      frame ||= requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [scene, paths, plot]);

  const show = useCallback(
    (at: Plot, left: number, top: number, width: number): void => {
      const share = (left - at.left) / at.width;
      const inside = share >= 0 && share <= 1;
      hoverStore.setState({ hover: inside ? { chart: name, x: valueAt(at.x, share, at.logX ?? false), left, top, width } : null });
      if (!inside) highlight(null);
    },
    [name],
  );
  return useMemo(
    () => ({
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const box = event.currentTarget.getBoundingClientRect();
        if (plot.current) show(plot.current, event.clientX - box.left, event.clientY - box.top, box.width);
      },
      onPointerLeave: leave,
      /** By a share of the plot to the right: for the arrow keys. From its right end, where it stood nowhere. */
      move: (by: number, width: number) => {
        const at = plot.current;
        if (!at) return;
        const { hover } = hoverStore.getState();
        const share = hover && hover.x <= at.x.max ? Math.max(0, shareOf(at.x, hover.x, at.logX ?? false)) : 1 - by;
        show(at, at.left + Math.min(1, Math.max(0, share + by)) * at.width, Number.NaN, width);
      },
      leave,
      /** The axes have moved under a pointer that rests: it means what it stands on now. By keys the value stays. */
      stay: () => {
        const { hover } = hoverStore.getState();
        if (!hover) return;
        if (hover.chart === name && plot.current && !Number.isNaN(hover.top)) show(plot.current, hover.left, hover.top, hover.width);
        else hoverStore.setState({ hover: { ...hover } });
      },
    }),
    [show, plot, name],
  );
}

function leave(): void {
  clearTimeout(waiting);
  hoverStore.setState({ hover: null });
  highlight(null);
}

function drawCrosshair(group: SVGGElement, at: Plot, { spec, lines, fit }: Scene): void {
  const { hover } = hoverStore.getState();
  if (!hover || hover.x > at.x.max || hover.x < at.x.min) return group.setAttribute('visibility', 'hidden');
  group.setAttribute('visibility', 'visible');
  const x = mapX(at, hover.x);
  const [rule, ...dots] = group.children;
  for (const [name, value] of Object.entries({ x1: x, x2: x, y1: at.top, y2: at.top + at.height })) rule!.setAttribute(name, String(value));
  let nearest: string | null = null;
  let distance = NEAR;
  let k = 0;
  for (const line of lines) {
    for (const { metric } of spec.layers) {
      const dot = dots[k++];
      if (!dot) continue;
      const curve = curveOf(line, metric, fit.choice, fit.smoothing);
      const i = curve ? indexAt(curve.ys.length, curve, hover.x) : -1;
      const y = curve && i >= 0 ? curve.ys.data[i]! : Number.NaN;
      const shown = Number.isFinite(y) && (!at.log || y > 0);
      dot.setAttribute('visibility', shown ? 'inherit' : 'hidden');
      if (!shown) continue;
      const top = mapY(at, y);
      dot.setAttribute('cx', String(mapX(at, curve!.xs[i]! * curve!.factor)));
      dot.setAttribute('cy', String(top));
      if (Math.abs(top - hover.top) >= distance) continue;
      distance = Math.abs(top - hover.top);
      nearest = line.key;
    }
  }
  // By keys the crosshair has no height: which line stands out is for the legend to say.
  if (hover.chart === spec.name && !Number.isNaN(hover.top)) mean(nearest, lines.length);
}

let waiting: ReturnType<typeof setTimeout> | undefined;

/** Of many lines one is meant when the pointer rests at it: on its way it passes them all, and every change is a picture of all of them. */
function mean(line: string | null, among: number): void {
  clearTimeout(waiting);
  if (among <= MANY) highlight(line);
  else waiting = setTimeout(() => highlight(line), REST_MS);
}

/** Index of the last point at or before x; −1 before the first. */
export function indexAt(length: number, { xs, factor }: { xs: ArrayLike<number>; factor: number }, x: number): number {
  const target = x / factor;
  const i = lowerBound(xs, target, 0, length);
  return i < length && xs[i]! === target ? i : i - 1;
}
