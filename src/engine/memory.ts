/**
 * Memory plan: tensors that never live at the same time share a buffer. Sharing is by whole buffers ("slots"), because WebGPU counts
 * usage per buffer: a dispatch may not bind one buffer read-only and writable, even for disjoint ranges.
 */
export interface Use {
  tensor: string;
  /** Words of one lane. */
  size: number;
  /** Positions in the list of dispatches of the first and last use. */
  first: number;
  last: number;
}

/** Tensor → slot, and the words of one lane that each slot needs. Best fit by first use; `slots` may hold those of another pass already. */
export function assignSlots(uses: readonly Use[], slots: number[]): Map<string, number> {
  const busyUntil = slots.map(() => -1);
  const assigned = new Map<string, number>();
  for (const use of [...uses].sort((a, b) => a.first - b.first || b.size - a.size)) {
    let best = -1;
    for (let s = 0; s < slots.length; s++) {
      if (busyUntil[s] >= use.first) continue;
      if (best < 0 || waste(slots[s], use.size) < waste(slots[best], use.size)) best = s;
    }
    if (best < 0) {
      best = slots.length;
      slots.push(0);
      busyUntil.push(-1);
    }
    slots[best] = Math.max(slots[best], use.size);
    busyUntil[best] = use.last;
    assigned.set(use.tensor, best);
  }
  return assigned;
}

/** Growing a slot costs as much as the space it leaves idle. */
const waste = (slot: number, size: number): number => Math.abs(slot - size);
