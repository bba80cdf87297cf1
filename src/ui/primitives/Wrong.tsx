/** What a field would take instead, below it: kept inside of the panel or dialog, whose edge would cut it. */
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import styles from './Field.module.css';

/** CSS pixels to the edge. */
const ROOM = 8;

export function Wrong({ id, children }: { id: string; children: ReactNode }) {
  const text = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = text.current!;
    const { left, right } = (element.closest('section, dialog') ?? document.documentElement).getBoundingClientRect();
    const own = element.getBoundingClientRect();
    const shift = Math.max(left + ROOM - own.left, Math.min(0, right - ROOM - own.right));
    if (shift !== 0) element.style.translate = `${shift}px`;
  }, []);
  return (
    <span ref={text} id={id} role="alert" className={styles.wrong}>
      {children}
    </span>
  );
}
