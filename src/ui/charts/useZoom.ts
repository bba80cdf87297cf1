/** A range dragged on a chart: along x for all charts, with Shift along y for this one. The same by keys. */
import { type KeyboardEvent, type PointerEvent, type RefObject, useMemo, useRef } from 'react';
import { hoverStore } from '../../store/view.ts';
import type { PathsHandle } from './Paths.tsx';
import type { Plot } from './path.ts';
import type { Domain } from './scale.ts';
import { isZoomed, pan, rangeBetween, resetZoom, within, zoomAbout, zoomStore, zoomX, zoomY } from './zoom.ts';

interface Options {
  chart: string;
  paths: RefObject<PathsHandle | null>;
  plot: RefObject<Plot | null>;
  /** What the horizontal axis shows without a zoom. */
  whole: Domain | undefined;
  crosshair: { move: (by: number, width: number) => void; leave: () => void };
}

interface Drag {
  left: number;
  top: number;
  vertical: boolean;
  /** Far enough from where it began to be one. */
  meant: boolean;
}

/** Pixels: less is a click with an unsteady hand. */
const LEAST_DRAG = 5;
const KEY_STEP = 0.02;
const PAN_STEP = 0.1;

export function useZoom({ chart, paths, plot, whole, crosshair }: Options) {
  const drag = useRef<Drag | null>(null);
  return useMemo(() => {
    const place = (event: PointerEvent<HTMLElement>): [left: number, top: number] => {
      const box = event.currentTarget.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const end = (): void => {
      drag.current = null;
      paths.current?.select(null);
    };
    return {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        const at = plot.current;
        // A finger scrolls the page; the chart options have the range in numbers.
        if (!at || event.button !== 0 || event.pointerType === 'touch' || isControl(event.target)) return;
        const [left, top] = place(event);
        if (left < at.left || left > at.left + at.width) return;
        drag.current = { left, top, vertical: event.shiftKey, meant: false };
        event.currentTarget.setPointerCapture(event.pointerId);
        // Or the browser would select the words of the axes.
        event.preventDefault();
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        const at = plot.current;
        if (!drag.current || !at) return;
        const [left, top] = place(event);
        const { vertical } = drag.current;
        drag.current.meant ||= Math.abs(vertical ? top - drag.current.top : left - drag.current.left) >= LEAST_DRAG;
        if (!drag.current.meant) return;
        paths.current?.select(rectOf(drag.current, left, top, at));
        // What is being chosen must be seen.
        crosshair.leave();
      },
      onPointerUp: (event: PointerEvent<HTMLElement>) => {
        const at = plot.current;
        const from = drag.current;
        const [left, top] = place(event);
        end();
        if (!from?.meant || !at) return;
        if (from.vertical) {
          const range = rangeBetween(at.y, upShare(at, from.top), upShare(at, top), at.log);
          if (range) zoomY(chart, range);
        } else {
          const range = rangeBetween(at.x, (from.left - at.left) / at.width, (left - at.left) / at.width, at.logX ?? false);
          if (range) zoomX(range);
        }
      },
      onPointerCancel: end,
      onDoubleClick: resetZoom,
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !plot.current) return;
        if (event.key === 'Escape' && drag.current) end();
        else if (!act(event, plot.current, { chart, whole, crosshair })) return;
        event.preventDefault();
        // Outside the chart the same keys train.
        event.stopPropagation();
      },
    };
  }, [chart, paths, plot, whole, crosshair]);
}

const isControl = (target: EventTarget): boolean => target instanceof Element && target.closest('button:not([data-keys]), a, input, select') !== null;

const upShare = (at: Plot, top: number): number => 1 - (top - at.top) / at.height;

/** What is being chosen, in pixels: across the whole plot in the other direction. */
function rectOf({ left, top, vertical }: Drag, toLeft: number, toTop: number, at: Plot): { x: number; y: number; width: number; height: number } {
  const span = (a: number, b: number, start: number, size: number): [number, number] => {
    const from = Math.max(start, Math.min(a, b));
    return [from, Math.max(0, Math.min(start + size, Math.max(a, b)) - from)];
  };
  const [x, width] = vertical ? [at.left, at.width] : span(left, toLeft, at.left, at.width);
  const [y, height] = vertical ? span(top, toTop, at.top, at.height) : [at.top, at.height];
  return { x, y, width, height };
}

/** Returns whether the key means something here. */
function act(event: KeyboardEvent<HTMLElement>, at: Plot, { chart, whole, crosshair }: Pick<Options, 'chart' | 'whole' | 'crosshair'>): boolean {
  const set = (x: Domain): void => whole && zoomX(within(x, whole));
  const right = event.key === 'ArrowRight' ? 1 : -1;
  switch (event.key) {
    case 'ArrowLeft':
    case 'ArrowRight':
      if (event.shiftKey) set(pan(at.x, right * PAN_STEP, at.logX ?? false));
      else crosshair.move(right * KEY_STEP, event.currentTarget.getBoundingClientRect().width);
      return true;
    case '+':
    case '=':
      zoomX(zoomAbout(at.x, hoverStore.getState().hover?.x ?? (at.x.min + at.x.max) / 2, 0.5, at.logX ?? false));
      return true;
    case '-':
      set(zoomAbout(at.x, hoverStore.getState().hover?.x ?? (at.x.min + at.x.max) / 2, 2, at.logX ?? false));
      return true;
    case 'PageUp':
      zoomY(chart, zoomAbout(at.y, at.y.min, 0.5, at.log));
      return true;
    case 'PageDown':
      zoomY(chart, zoomAbout(at.y, at.y.min, 2, at.log));
      return true;
    case '0':
    case 'Escape':
      if (event.key === 'Escape' && !isZoomed(zoomStore.getState())) crosshair.leave();
      resetZoom();
      return true;
    default:
      return false;
  }
}
