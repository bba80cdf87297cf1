/** Something happened that the visitor should know, and nothing was lost by it. */
import { CircleAlert, Info, X } from 'lucide-react';
import { useStore } from 'zustand';
import { notify } from '../../store/live.ts';
import { keptStore } from '../../store/session.ts';
import { useLive } from '../hooks.ts';
import styles from './States.module.css';

export function Notice() {
  const notice = useLive((live) => live.notice);
  const failed = useLive((live) => (live.phase === 'ready' || live.phase === 'lost' ? live.error : null));
  if (failed) return <Bar urgent text={`${failed.message}`} />;
  if (!notice) return null;
  const urgent = notice.kind === 'link' || notice.kind === 'error' || notice.kind === 'aside';
  return <Bar urgent={urgent} text={notice.text} action={notice.action} onClose={() => notify(null)} />;
}

interface BarProps {
  urgent: boolean;
  text: string;
  action?: { label: string; run: () => void };
  onClose?: () => void;
}

function Bar({ urgent, text, action, onClose }: BarProps) {
  const Icon = urgent ? CircleAlert : Info;
  return (
    <div role={urgent ? 'alert' : 'status'} className={styles.notice} data-urgent={urgent || undefined}>
      <Icon size={16} />
      <p>{text}</p>
      {action && (
        <button type="button" onClick={action.run}>
          {action.label}
        </button>
      )}
      {onClose && (
        <button type="button" className={styles.close} aria-label="Dismiss" onClick={onClose}>
          <X size={15} />
        </button>
      )}
    </div>
  );
}

/** Quiet: the visitor loses nothing now, only at the next reload. */
export function NotKept() {
  const kept = useStore(keptStore, (state) => state.kept);
  return kept ? null : <p className={styles.notKept}>Not saved on this device: Share keeps the experiment as a link.</p>;
}
