/** How many lanes like these one program can hold on a GPU, as its worker says it. */
export interface Room {
  /** Lanes of one program: no buffer of it is larger than the GPU allows. 0: not even one lane fits. */
  most: number;
  /** Bytes of all buffers that a lane adds. */
  lane_bytes: number;
  /** Of these, in the largest buffer. */
  largest: number;
  /** Bytes that the GPU allows a buffer. */
  allowed: number;
}

/** How many turns the lanes take when so many fit at once, and how many each has: as equal as can be. */
export function turnsOf(lanes: number, most: number): { turns: number; each: number } {
  const turns = Math.max(1, Math.ceil(lanes / Math.max(1, most)));
  return { turns, each: Math.ceil(lanes / turns) };
}

/** WebGPU does not say how much memory there is. So much is taken for granted, or so many of the largest buffers that the GPU allows. */
const BYTES = 2e9;
const BUFFERS = 4;

/** The programs of a race stand side by side: null where they would take more memory than can be counted on. */
export function programsOf(lanes: number, { most, lane_bytes, allowed }: Room): { turns: number; each: number } | null {
  if (most < 1 || (lanes > most && lanes * lane_bytes > Math.max(BYTES, BUFFERS * allowed))) return null;
  return turnsOf(lanes, most);
}
