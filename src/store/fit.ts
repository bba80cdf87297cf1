/** How many lanes one program can hold on this GPU: asked of the training worker before a search or a grid begins. */
import { programsOf, turnsOf } from '../model/turns.ts';
import type { Experiment } from '../model/types.ts';
import type { Event, FitSummary } from '../worker/protocol.ts';
import { tell } from './engine.ts';

export type { FitSummary };

const waiting = new Map<number, (fit: FitSummary | null) => void>();
let request = 0;

/** All runs of one network. Resolves with null where nothing is loaded. */
export function askFit(experiment: Experiment): Promise<FitSummary | null> {
  return new Promise((resolve) => {
    waiting.set(++request, resolve);
    tell({ type: 'fit', request, experiment });
  });
}

export function settleFit(event: Extract<Event, { type: 'fit' }>): void {
  waiting.get(event.request)?.(event.fit);
  waiting.delete(event.request);
}

/** As the engine's messages write them: in powers of ten. */
function megabytes(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.ceil(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

const tooLarge = ({ largest, allowed }: FitSummary): string =>
  `One lane needs ${megabytes(largest)} in one buffer; this GPU gives ${megabytes(allowed)}. A smaller batch or fewer channels would fit.`;

/** "32 lanes need 1.3 GB, 1.2 GB of it in one buffer; this GPU gives 1.0 GB a buffer". */
function sayNeed({ most, lane_bytes, largest, allowed }: FitSummary, lanes: number): string {
  const need = `${lanes} lanes need ${megabytes(lanes * lane_bytes)}`;
  return lanes <= most ? need : `${need}, ${megabytes(lanes * largest)} of it in one buffer; this GPU gives ${megabytes(allowed)} a buffer`;
}

/** "…: 2 turns of 16." Of a search, whose turns come one after the other. */
export function sayTurns(fit: FitSummary, lanes: number): string {
  if (fit.most < 1) return tooLarge(fit);
  const { turns, each } = turnsOf(lanes, fit.most);
  return `${sayNeed(fit, lanes)}: ${turns === 1 ? 'all train at once' : `${turns} turns of ${lanes % each === 0 ? '' : 'up to '}${each}`}.`;
}

/** What a race of so many lanes takes, whose programs stand side by side; `fits`: whether it can be. */
export function sayPrograms(fit: FitSummary, lanes: number): { fits: boolean; text: string } {
  if (fit.most < 1) return { fits: false, text: tooLarge(fit) };
  const programs = programsOf(lanes, fit);
  if (!programs) return { fits: false, text: `${sayNeed(fit, lanes)}. Fewer runs or seeds, or a smaller batch, would fit.` };
  const { turns, each } = programs;
  return {
    fits: true,
    text: turns === 1 ? `${sayNeed(fit, lanes)}.` : `${sayNeed(fit, lanes)}: ${turns} programs of up to ${each}, stepped in turn.`,
  };
}
