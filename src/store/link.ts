/** The experiment in the address: shared, opened, kept current. The part after # is never sent to a host. */
import { decodeLink, encodeLink } from '../model/link.ts';
import { type Experiment, ModelError } from '../model/types.ts';
import { groupSeeds, open } from './actions.ts';
import { configStore, openExperiment } from './config.ts';
import { notify } from './live.ts';
import { newTabKey } from './session.ts';
import { toast } from './toasts.ts';

/** What we wrote there ourselves, so that our own writing is no visit. */
let written = '';

const address = (hash: string): string => location.href.split('#', 1)[0] + (hash && `#${hash}`);

export const shareLink = async (): Promise<string> => address(await encodeLink(configStore.getState().experiment));

export async function share(): Promise<void> {
  let link: string;
  try {
    link = await shareLink();
  } catch (error) {
    return toast(`This cannot be shared: ${messageOf(error)}`);
  }
  history.replaceState(history.state, '', link);
  written = location.hash;
  try {
    await navigator.clipboard.writeText(link);
    toast('Link copied. It reproduces this experiment, seed included.');
  } catch {
    // No permission, or no secure context.
    toast('The link is in the address bar: copy it from there.');
  }
}

/** What cannot be a link (too large) leaves the address empty, so that a reload finds the stored session and no older link. */
export async function writeHash(experiment: Experiment): Promise<void> {
  const hash = await encodeLink(experiment).catch(() => '');
  // A later change may have been quicker.
  if (experiment !== configStore.getState().experiment) return;
  written = hash === '' ? '' : `#${hash}`;
  if (location.hash !== written) history.replaceState(history.state, '', address(hash));
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown reason');

/** Opens what the address says. False: it cannot be read, and the page says which field is wrong. */
export async function openHash(atStart = false): Promise<boolean> {
  try {
    const experiment = await decodeLink(location.hash.slice(1));
    written = location.hash;
    const first = configStore.getState().experiment.runs.length === 0;
    if (first) {
      openExperiment(experiment);
      groupSeeds(experiment);
    }
    // Automation was quicker than the link.
    else if (!atStart) open(experiment, 'Link');
    notify(null);
    return true;
  } catch (error) {
    const why = error instanceof ModelError ? error.message : 'it is not complete';
    notify({ kind: 'link', text: `This link cannot be opened: ${why}.`.replace(/\.\.$/, '.') });
    return false;
  }
}

/** A link pasted into the address bar of an open page. */
export function followHash(): void {
  window.addEventListener('hashchange', () => {
    if (location.hash.length < 2 || location.hash === written) return;
    newTabKey();
    void openHash();
  });
}
