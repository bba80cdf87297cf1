/** Rows of the step table: all that crosses from JavaScript to the GPU, once per submit. */
import { FLAG, SHARED, STEP, STEP_FLOATS, STEP_WORDS } from '../engine/plan.ts';
import { dropoutKey, type Lane, orderKey, scalarsAt, sharedAt, type Updated } from './lane.ts';

export interface Order {
  batch_size: number;
  /** Training samples. */
  train: number;
  shuffle: boolean;
}

const NAMES = Object.keys(SHARED) as (keyof typeof SHARED)[];

/** Into the row at word `at`: what the update of the batch after `step` finished ones goes by. `floats`: the same memory. */
export function writeUpdate(words: Uint32Array, floats: Float32Array, at: number, lane: Updated, step: number): void {
  const shared = sharedAt(lane, step);
  for (const name of NAMES) floats[at + SHARED[name]] = shared[name];
  words[at + SHARED.adding] = shared.adding;
  floats.set(scalarsAt(lane, step), at + STEP_FLOATS);
}

/** Rows of `steps` training steps from `step` (finished ones) on. */
export function trainRows(lanes: readonly Lane[], step: number, steps: number, order: Order): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(steps * lanes.length * STEP_WORDS);
  const floats = new Float32Array(words.buffer);
  for (const [l, lane] of lanes.entries()) {
    const seed = orderKey(lane);
    for (let k = 0; k < steps; k++) {
      const seen = (step + k) * order.batch_size;
      const at = (k * lanes.length + l) * STEP_WORDS;
      words[at + STEP.seed] = seed;
      words[at + STEP.epoch] = Math.floor(seen / order.train);
      words[at + STEP.position] = seen % order.train;
      words[at + STEP.count] = order.train;
      words[at + STEP.flags] = order.shuffle ? FLAG.shuffle : 0;
      words[at + STEP.dropout] = dropoutKey(lane, step + k);
      words[at + STEP.slot] = k;
      writeUpdate(words, floats, at, lane, step + k);
    }
  }
  return words;
}

/** Rows that walk samples first … first + count − 1 of the data set once, the last batch masked. */
export function walkRows(lanes: number, first: number, count: number, batch_size: number): Uint32Array<ArrayBuffer> {
  const batches = Math.ceil(count / batch_size);
  const words = new Uint32Array(batches * lanes * STEP_WORDS);
  for (let b = 0; b < batches; b++) {
    for (let l = 0; l < lanes; l++) {
      const at = (b * lanes + l) * STEP_WORDS;
      words[at + STEP.position] = b * batch_size;
      words[at + STEP.first] = first;
      words[at + STEP.count] = count;
      words[at + STEP.flags] = FLAG.masked;
    }
  }
  return words;
}
