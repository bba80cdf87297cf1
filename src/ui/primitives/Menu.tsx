/** A button that opens a popover. The platform closes it (Esc, a press outside), keeps focus and the top layer; we only say where it stands. */
import { type KeyboardEvent, type ReactNode, type ToggleEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import styles from './Menu.module.css';

interface MenuProps {
  label: ReactNode;
  /** Accessible name, where the label is an icon or changes. */
  name?: string;
  title?: string;
  className?: string;
  align?: 'start' | 'end';
  width?: number;
  /** Drawn only while open. */
  children: (close: () => void) => ReactNode;
}

const EDGE = 8;
const ITEMS = 'button:not(:disabled), a[href]';

export function Menu({ label, name, title, className, align = 'start', width, children }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const close = (): void => popover.current?.hidePopover();

  const entering = useRef(false);

  /**
   * From the button into the menu, which it opens if need be. Its items come only after the platform has said that it is open; they are
   * still there when it is opened again before the platform has said that it was closed.
   */
  const enter = (event: KeyboardEvent<HTMLButtonElement>): void => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    if (!popover.current?.matches(':popover-open')) popover.current?.showPopover();
    if (open) focusFirst(popover.current);
    else entering.current = true;
  };
  useLayoutEffect(() => {
    if (open && entering.current) focusFirst(popover.current);
    entering.current = false;
  }, [open]);

  const place = (event: ToggleEvent<HTMLDivElement>): void => {
    const opens = event.newState === 'open';
    setOpen(opens);
    if (opens) requestAnimationFrame(() => standBy(button.current, popover.current, align));
  };

  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        aria-label={name}
        title={title}
        aria-expanded={open}
        aria-haspopup="dialog"
        className={className}
        onKeyDown={enter}
      >
        {label}
      </button>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys only add to Tab, which reaches every item */}
      <div ref={popover} id={id} popover="auto" className={styles.menu} style={width ? { width } : undefined} onToggle={place} onKeyDown={walk}>
        {open && children(close)}
      </div>
    </>
  );
}

const focusFirst = (popover: HTMLElement | null): void => popover?.querySelector<HTMLElement>(ITEMS)?.focus();

/** Under the button, or above it where there is no room; never over the edge of the window. */
function standBy(button: HTMLElement | null, popover: HTMLElement | null, align: 'start' | 'end'): void {
  if (!button || !popover) return;
  const from = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const left = align === 'start' ? from.left : from.right - width;
  const below = from.bottom + 4;
  const top = below + height > innerHeight - EDGE && from.top - 4 - height > EDGE ? from.top - 4 - height : below;
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  popover.style.top = `${top}px`;
  popover.style.maxHeight = `${innerHeight - top - EDGE}px`;
}

/** Arrow keys walk through the items. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(ITEMS)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = event.key === 'ArrowDown' ? at + 1 : at - 1;
  items.at(next % items.length)?.focus();
  event.preventDefault();
}

interface MenuItemProps {
  title: ReactNode;
  note?: ReactNode;
  icon?: ReactNode;
  current?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

export function MenuItem({ title, note, icon, current, disabled, onSelect }: MenuItemProps) {
  return (
    <button type="button" className={styles.item} aria-current={current ? 'true' : undefined} disabled={disabled} onClick={onSelect}>
      {icon}
      <span className={styles.text}>
        <span className={styles.title}>{title}</span>
        {note && <span className={styles.note}>{note}</span>}
      </span>
    </button>
  );
}

export function MenuHeading({ children }: { children: ReactNode }) {
  return <p className={styles.heading}>{children}</p>;
}
