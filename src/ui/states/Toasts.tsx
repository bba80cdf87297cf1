/** Short messages at the lower edge. */
import { X } from 'lucide-react';
import { useStore } from 'zustand';
import { dismiss, hold, release, toastStore } from '../../store/toasts.ts';
import styles from './States.module.css';

export function Toasts() {
  const toasts = useStore(toastStore, (state) => state.toasts);
  return (
    <div className={styles.toasts} role="log" aria-label="Messages" aria-live="polite">
      {toasts.map(({ id, text, action }) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: a hand that rests on it makes it stay; there is nothing here to activate
        <div
          key={id}
          className={styles.toast}
          onPointerEnter={() => hold(id)}
          onPointerLeave={() => release(id)}
          onFocus={() => hold(id)}
          onBlur={() => release(id)}
        >
          <p>{text}</p>
          {action && (
            <button
              type="button"
              onClick={() => {
                action.run();
                dismiss(id);
              }}
            >
              {action.label}
            </button>
          )}
          <button type="button" className={styles.close} aria-label="Dismiss" onClick={() => dismiss(id)}>
            <X size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}
