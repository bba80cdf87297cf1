/** Listens for the keys, and lists them. */
import { useEffect, useMemo } from 'react';
import { Dialog } from '../primitives/Dialog.tsx';
import styles from './Help.module.css';
import { shortcuts } from './shortcuts.ts';
import { isTyping } from './typing.ts';

export function Help({ open, onChange }: { open: boolean; onChange: (open: boolean) => void }) {
  const table = useMemo(() => shortcuts(() => onChange(true)), [onChange]);
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
    <Dialog title="Keys" onClose={() => onChange(false)}>
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
