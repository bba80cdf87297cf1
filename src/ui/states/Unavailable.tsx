/** No WebGPU here: what would help. The experiment stays open to look at, to edit and to share. */
import { Cpu } from 'lucide-react';
import { useLive } from '../hooks.ts';
import styles from './States.module.css';

const TITLES: Record<string, string> = {
  'no-webgpu': 'This browser has no WebGPU',
  'no-adapter': 'This browser offers no graphics adapter',
  'insecure-context': 'WebGPU needs a secure address',
  blocked: 'The browser has blocked the GPU',
};

const BROWSERS: readonly [browser: string, how: string][] = [
  [
    'Chrome, Edge 113 or newer',
    'on Windows, macOS, ChromeOS and Android: nothing to do. On Linux: chrome://flags/#enable-unsafe-webgpu and, for the graphics card, Vulkan',
  ],
  ['Safari 26 or newer', 'on macOS, iOS and iPadOS: nothing to do'],
  ['Firefox 141 or newer', 'on Windows; on macOS from 145. Elsewhere about:config, dom.webgpu.enabled'],
];

export function Unavailable() {
  const unavailable = useLive((live) => (live.phase === 'unavailable' ? live.unavailable : null));
  if (!unavailable) return null;
  const { reason, message } = unavailable;
  return (
    <section className={styles.unavailable} aria-label="No GPU" role="alert">
      <Cpu size={28} strokeWidth={1.5} />
      <h2>{TITLES[reason] ?? 'Training needs WebGPU'}</h2>
      <p>{message}</p>
      {reason === 'insecure-context' && (
        <p>
          Open the page over <code>https://</code>, or on this machine as <code>http://localhost</code>. A plain <code>http://</code> address of
          another machine hides the GPU.
        </p>
      )}
      {reason === 'blocked' && (
        <button type="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      )}
      {(reason === 'no-webgpu' || reason === 'no-adapter') && (
        <dl>
          {BROWSERS.map(([browser, how]) => (
            <div key={browser}>
              <dt>{browser}</dt>
              <dd>{how}</dd>
            </div>
          ))}
        </dl>
      )}
      <p className={styles.quiet}>Your experiment is here: look at it, change it, or share it to a device that can train it.</p>
    </section>
  );
}
