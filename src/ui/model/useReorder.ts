/** Reordering by pointer: the grip is held, a line shows where the layer would go. Keyboard and buttons do the same elsewhere. */
import { type HTMLAttributes, type PointerEvent, useRef, useState } from 'react';

interface Drag {
  id: string;
  from: number;
}

export function useReorder(onMove: (id: string, to: number) => void) {
  const listRef = useRef<HTMLOListElement>(null);
  const drag = useRef<Drag | null>(null);
  const [dragging, setDragging] = useState<string | null>(null);
  const [target, setTarget] = useState<number | null>(null);

  /** The gap nearest to the pointer: 0 is before the first layer. */
  const gapAt = (y: number): number => {
    const rows = [...(listRef.current?.querySelectorAll('[data-layer]') ?? [])];
    const at = rows.findIndex((row) => {
      const { top, height } = row.getBoundingClientRect();
      return y < top + height / 2;
    });
    return at < 0 ? rows.length : at;
  };
  const stop = (): void => {
    drag.current = null;
    setDragging(null);
    setTarget(null);
  };

  const grip = (id: string, index: number): HTMLAttributes<HTMLElement> => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { id, from: index };
      setDragging(id);
      setTarget(index);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (drag.current) setTarget(gapAt(event.clientY));
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const held = drag.current;
      stop();
      if (!held) return;
      const gap = gapAt(event.clientY);
      // Taking the layer out moves what stands below it up by one.
      const to = gap > held.from ? gap - 1 : gap;
      if (to !== held.from) onMove(held.id, to);
    },
    onPointerCancel: stop,
  });

  return { listRef, dragging, target, grip };
}
