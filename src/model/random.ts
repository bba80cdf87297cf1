/**
 * Counter-based random numbers. Every stream is a pure function of (seed, stream, counter), so that initial weights, shuffles and
 * dropout masks are the same on every machine and, where WGSL needs them too (shaders/lib/random.wgsl), bit for bit the same there.
 */

/** PCG output hash of one 32-bit word (Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 2020). */
export function pcg(v: number): number {
  const state = (Math.imul(v, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** Hash of two words: a keyed stream. */
export const hash2 = (a: number, b: number): number => pcg((pcg(a) + b) >>> 0);

/** Hash of three words. */
export const hash3 = (a: number, b: number, c: number): number => hash2(hash2(a, b), c);

/** 32-bit FNV-1a of a text: gives every parameter name a stream of its own. */
export function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

export interface Random {
  /** Uniform 32-bit word. */
  word(): number;
  /** Uniform in [0, 1) with 32 bits. */
  uniform(): number;
  /** Standard normal (Box–Muller, float64). */
  normal(): number;
  /** Integer in [0, n). */
  below(n: number): number;
}

/** A sequential view of the stream (seed, stream). */
export function random(seed: number, stream = 0): Random {
  const key = hash2(seed >>> 0, stream >>> 0);
  let counter = 0;
  const word = () => hash2(key, counter++);
  const uniform = () => word() / 4294967296;
  return {
    word,
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    below: (n) => Math.floor(uniform() * n),
  };
}

/**
 * Position `i` of a keyed permutation of 0 … n−1: a balanced Feistel network over the next even number of bits, walked until it
 * falls below n (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002). shaders/lib/random.wgsl has its twin.
 */
export function permute(i: number, n: number, key: number): number {
  let half = 1;
  while (2 ** (2 * half) < n) half++;
  const mask = 2 ** half - 1;
  let v = i;
  do {
    let left = v >>> half;
    let right = v & mask;
    for (let round = 0; round < 6; round++) [left, right] = [right, (left ^ hash3(key, round, right)) & mask];
    v = ((left << half) | right) >>> 0;
  } while (v >= n);
  return v;
}
