/** Listens for the keys, and lists them. */
import { useEffect, useMemo, useState } from 'react';
import { Dialog } from '../primitives/Dialog.tsx';
import styles from './Help.module.css';
import { isTyping, shortcuts } from './shortcuts.ts';

export function Help() {
  const [open, setOpen] = useState(false);
  const table = useMemo(() => shortcuts(() => setOpen(true)), []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const shortcut = table.find((row) => row.match(event));
      if (!shortcut) return;
      event.preventDefault();
      shortcut.run(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [table]);
  return open ? (
    <Dialog title="Keys" onClose={() => setOpen(false)}>
      <dl className={styles.keys}>
        {table.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Alt</kbd>
            <kbd>↑</kbd>
            <kbd>↓</kbd>
          </dt>
          <dd>Move the focused layer</dd>
        </div>
      </dl>
    </Dialog>
  ) : null;
}
