/**
 * Which tile each kernel takes on this adapter: found by the tuner or the self-test, kept between visits, and used whenever a network is
 * compiled. Within a run nothing changes but where a tile was found to be wrong; and no choice changes a bit of any result.
 */
import { get, set } from 'idb-keyval';
import { shaderFiles } from '../engine/shader.ts';
import { type Gpu, isSoftware } from '../gpu/device.ts';
import { checkVariants, type TunerOptions, tune } from '../gpu/tuner.ts';
import { isTunable, type Tunable } from '../gpu/variants.ts';
import type { Trainer } from './trainer.ts';

/** Where choices are kept; tests have another place. */
export interface TileStore {
  read(key: string): Promise<Record<string, string> | undefined>;
  write(key: string, choices: Record<string, string>): Promise<void>;
}

const browserStore: TileStore = { read: (key) => get(key), write: (key, choices) => set(key, choices) };

/** FNV-1a of the kernels' source: another version of a kernel is timed anew. */
function sourceHash(): string {
  let hash = 0x811c9dc5;
  for (const text of shaderFiles.values()) for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16);
}

const keyOf = ({ info: { vendor, architecture, device, description } }: Gpu): string =>
  `descent.tiles.${[vendor, architecture, device, description, globalThis.navigator?.userAgent, sourceHash()].join('|')}`;

/** Every kernel of the trainer's programs that has a choice, equal ones once. */
export function tunablesOf(trainer: Trainer): Tunable[] {
  const all = trainer.allGroups.flatMap(({ compiled }) => [...compiled.train.dispatches, ...compiled.evaluate.dispatches].filter(isTunable));
  return [...new Map(all.map((dispatch) => [dispatch.tuning.key, dispatch])).values()];
}

export class Tiles {
  private known = new Map<string, string>();
  private loaded = '';
  /** The visitor's switch. */
  on = true;

  constructor(private readonly store: TileStore = browserStore) {}

  /** What is known of this adapter. */
  async choices(gpu: Gpu): Promise<ReadonlyMap<string, string>> {
    const key = keyOf(gpu);
    if (this.loaded !== key) {
      this.loaded = key;
      // Without storage choices live as long as the page.
      const stored = await this.store.read(key).catch(() => undefined);
      this.known = new Map(Object.entries(stored ?? {}));
    }
    return this.on ? this.known : new Map();
  }

  private async keep(gpu: Gpu, choices: ReadonlyMap<string, string>): Promise<void> {
    for (const [key, name] of choices) this.known.set(key, name);
    if (choices.size > 0) await this.store.write(keyOf(gpu), Object.fromEntries(this.known)).catch(() => undefined);
  }

  /** Times what is not known yet, for the next time that a network is compiled. Not on software adapters: there it takes longer than it saves. */
  async tune(trainer: Trainer, options: TunerOptions & { software?: boolean } = {}): Promise<void> {
    const { gpu } = trainer;
    if (!this.on || (isSoftware(gpu.info) && !options.software)) return;
    const known = await this.choices(gpu);
    const { choices } = await tune(gpu.device, tunablesOf(trainer), known, options);
    await this.keep(gpu, choices);
  }

  /** Checks the tiles in use; wrong ones are never taken again. Sentences about them. */
  async check(trainer: Trainer, onProgress?: (done: number, total: number) => void): Promise<string[]> {
    const { choices, wrong } = await checkVariants(trainer.gpu.device, tunablesOf(trainer), onProgress);
    await this.keep(trainer.gpu, choices);
    if (choices.size > 0) await trainer.retile(this.known);
    return wrong;
  }
}
