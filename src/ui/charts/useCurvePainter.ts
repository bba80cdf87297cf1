/** Keeps the paths of one chart at the curves: what to draw is read when it is drawn, so that React hears only of other lines, axes and sizes. */
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react';
import { liveStore } from '../../store/live.ts';
import { highlightStore } from '../../store/view.ts';
import type { Size } from '../hooks.ts';
import type { PathsHandle } from './Paths.tsx';
import { paintGhost, paintMembers } from './paint.ts';
import { MOST_GHOSTS, Painter, type Scene, type Shown } from './painter.ts';
import { paintSoon, register } from './scheduler.ts';

interface Options {
  scene: Scene;
  size: Size;
  paths: RefObject<PathsHandle | null>;
  /** Not shown: nothing is painted. */
  asleep: boolean;
}

/** @returns the painter, and what is to be on the page: null before the first painting. */
export function useCurvePainter({ scene, size, paths, asleep }: Options): { painter: Painter; shown: Shown | null } {
  const [shown, setShown] = useState<Shown | null>(null);
  const [painter] = useState(() => new Painter(paths, setShown));

  useEffect(() => {
    if (asleep) return painter.sleep();
    painter.want(scene, size);
  }, [painter, scene, size, asleep]);

  useEffect(() => {
    if (asleep) return;
    const stop = register(painter.paint);
    const unwatch = liveStore.subscribe((now, before) => {
      if (now.markers !== before.markers || now.diverged !== before.diverged) paintSoon(painter.paint);
    });
    return () => {
      stop();
      unwatch();
    };
  }, [painter, asleep]);

  useLayoutEffect(() => {
    if (shown && !asleep) painter.onRendered(shown);
  }, [painter, shown, asleep]);

  useHighlight(shown?.scene ?? scene, paths, painter);
  return { painter, shown };
}

/** The line that stands out in every chart; of a group its single runs come with it. */
function useHighlight({ spec, lines, fit }: Scene, paths: RefObject<PathsHandle | null>, { plot }: Painter): void {
  useEffect(() => {
    const show = ({ line: key }: { line: string | null }): void => {
      const handle = paths.current;
      if (!handle) return;
      const shown = lines.some((line) => line.key === key) ? key : null;
      handle.highlight(shown);
      const at = plot.current;
      if (!at) return;
      for (const line of lines) {
        if (line.grouped) paintMembers(handle, at, line, spec, fit, line.key === shown);
        else if (lines.length > MOST_GHOSTS) paintGhost(handle, at, line, spec, fit, line.key === shown);
      }
    };
    show(highlightStore.getState());
    return highlightStore.subscribe(show);
  }, [spec, lines, fit, paths, plot]);
}
