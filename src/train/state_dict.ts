/** State dicts in PyTorch's names and layouts, strict as load_state_dict(strict=True). */
import type { LaneGroup } from './group.ts';

/** Name → values, row-major in PyTorch's layout. `num_batches_tracked`, which PyTorch keeps beside them, is accepted and ignored. */
export type StateDict = Readonly<Record<string, Float32Array>>;

/** Names the entry that is missing, unknown or of the wrong size. */
export class StateDictError extends Error {
  override readonly name = 'StateDictError';
  readonly entry: string;
  constructor(message: string, entry: string) {
    super(message);
    this.entry = entry;
  }
}

/** Checks all, then writes all: after an error nothing has changed. */
export function loadStateDict(group: LaneGroup, l: number, dict: StateDict): void {
  const { info, params, buffers } = group.compiled;
  const wanted = new Map<string, readonly number[]>();
  for (const layer of info.layers) for (const p of layer.params) wanted.set(`${layer.id}.${p.name}`, p.shape);
  for (const name of Object.keys(dict)) {
    if (!wanted.has(name) && !name.endsWith('.num_batches_tracked'))
      throw new StateDictError(`unknown entry ${name}: the model has no such tensor`, name);
  }
  for (const [name, shape] of wanted) {
    const data = dict[name];
    // Layers that the output does not depend on: their tensors are not kept, stateDict() leaves them out.
    if (!data && !params.entries.has(name) && !buffers.entries.has(name)) continue;
    if (!data) throw new StateDictError(`missing entry ${name}, shape [${shape.join(', ')}]`, name);
    const length = shape.reduce((a, b) => a * b, 1);
    if (data.length !== length)
      throw new StateDictError(`entry ${name} has ${data.length} values, but shape [${shape.join(', ')}] needs ${length}`, name);
  }
  group.writeTensors(l, new Map([...wanted.keys()].map((name) => [name, dict[name]])));
  group.thaw(l);
}
