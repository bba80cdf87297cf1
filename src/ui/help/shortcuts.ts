/** The keys, once: the listener and the list of `?` read the same table. */
import { redoChange, reset, undoChange } from '../../store/actions.ts';
import { configStore } from '../../store/config.ts';
import { step, toggle } from '../../store/engine.ts';
import { share } from '../../store/link.ts';
import { live } from '../../store/live.ts';
import { toggleSolo } from '../../store/view.ts';
import { isZoomed, resetZoom, zoomStore } from '../charts/zoom.ts';

export interface Shortcut {
  /** As it is written in the list. */
  keys: string;
  does: string;
  match: (event: KeyboardEvent) => boolean;
  run: (event: KeyboardEvent) => void;
}

const plain = (event: KeyboardEvent): boolean => !event.ctrlKey && !event.metaKey && !event.altKey;
const command = (event: KeyboardEvent): boolean => (event.ctrlKey || event.metaKey) && !event.altKey;
const canTrain = (): boolean => live().phase === 'ready' || live().phase === 'loading';

/** An open menu is what Escape closes first. */
const canShowAll = (): boolean => isZoomed(zoomStore.getState()) && document.querySelector(':popover-open') === null;

export function shortcuts(showHelp: () => void): readonly Shortcut[] {
  return [
    { keys: 'Space', does: 'Start or pause', match: (e) => plain(e) && e.key === ' ', run: () => canTrain() && toggle() },
    {
      keys: '→',
      does: 'One step',
      match: (e) => plain(e) && e.key === 'ArrowRight',
      run: () => canTrain() && live().state !== 'running' && void step(1).catch(() => undefined),
    },
    { keys: 'R', does: 'Back to step 0', match: (e) => plain(e) && e.key.toLowerCase() === 'r', run: reset },
    { keys: 'S', does: 'Copy a link', match: (e) => plain(e) && e.key.toLowerCase() === 's', run: () => void share() },
    { keys: '1 – 8', does: 'Show only this run, or all again', match: (e) => plain(e) && /^[1-8]$/.test(e.key), run: (e) => solo(Number(e.key) - 1) },
    { keys: 'Esc', does: 'Show all of a chart again', match: (e) => plain(e) && e.key === 'Escape' && canShowAll(), run: resetZoom },
    { keys: 'Ctrl Z', does: 'Undo a change', match: (e) => command(e) && !e.shiftKey && e.key.toLowerCase() === 'z', run: undoChange },
    { keys: 'Ctrl Shift Z', does: 'Do it again', match: (e) => command(e) && e.shiftKey && e.key.toLowerCase() === 'z', run: redoChange },
    { keys: '?', does: 'This list', match: (e) => plain(e) && e.key === '?', run: showHelp },
  ];
}

function solo(position: number): void {
  const id = configStore.getState().ids[position];
  if (id) toggleSolo(id);
}
