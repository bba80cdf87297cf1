/**
 * The kernel self-test: every operation's cases on this GPU against the float64 references, in two lanes with numbers of their own.
 * A visitor can run it; drivers that miscompute (some do, for some workgroup shapes) are found before a curve is believed.
 */
import { type DrawnCase, drawCase, inferCase, opCases } from '../engine/ops/cases.ts';
import type { Case, Cases, Reference } from '../engine/reference.ts';
import { hash2, random } from '../model/random.ts';
import type { Gpu } from './device.ts';
import { compileCase, runCase } from './selftest_case.ts';
import { compareCase, limitsOf, maxAbs, relativeL2, runReference } from './selftest_compare.ts';

const LANES = 2;
/** Random cases an operation, beside those by hand. */
const RANDOM_CASES = 6;

export interface OperationResult {
  operation: string;
  cases: number;
  /** Largest relative L2 error of any result (absolute error for a result that is zero). */
  error: number;
  limit: number;
  passed: boolean;
  /** What was off, or empty. */
  detail: string;
}

/** Numbers of every lane, as the kernel reads them and as the reference does (which is handed the layer's own dropout key). */
export function drawLanes(item: Case, seed: number, index: number): { kernel: DrawnCase[]; reference: DrawnCase[] } {
  const kernel = Array.from({ length: LANES }, (_, lane) => drawCase(item, seed + 1000 * lane));
  const reference = kernel.map((d) => ({ ...d, mode: { ...d.mode, seed: hash2(d.mode.seed ?? 0, index) } }));
  return { kernel, reference };
}

/** The relative error of a few cancelled sums says nothing; the limit on each element's share of Σ|a·b| does. */
export function fair(item: Case, cases: Cases): Case {
  const elements = inferCase(item).shape.reduce((a, b) => a * b, item.inputs[0][0]);
  return cases.per_term !== undefined && elements < 16 ? { ...item, tolerance: 1e-4 } : item;
}

/** Runs one case; sentences about all that is off, and the largest error of any result. */
export async function checkCase(
  device: GPUDevice,
  item: Case,
  cases: Cases,
  reference: Reference,
  seed: number,
): Promise<{ wrong: string[]; error: number }> {
  const drawn = drawLanes(item, seed, compileCase(item).node?.index ?? 0);
  const { lanes, faults } = await runCase(device, item, drawn.kernel);
  const wrong = [...faults];
  let error = 0;
  lanes.forEach((actual, lane) => {
    const sentence = compareCase(fair(item, cases), cases, reference, drawn.reference[lane], actual);
    if (sentence) wrong.push(sentence);
    const expected = runReference(reference, drawn.reference[lane]);
    for (const [name, values] of Object.entries(actual)) {
      const { data } = expected[name];
      error = Math.max(error, Math.min(relativeL2(values, data), maxAbs(values, data).error));
    }
  });
  return { wrong, error };
}

/** `onProgress(done, total, operation)` counts operations and names the next; `onResult` is called with each as soon as it stands. */
export async function selfTest(
  { device }: Gpu,
  onProgress: (done: number, total: number, operation: string) => void,
  onResult: (result: OperationResult) => void = () => {},
): Promise<OperationResult[]> {
  const results: OperationResult[] = [];
  const all = Object.entries(opCases);
  for (const [operation, { reference, cases }] of all) {
    onProgress(results.length, all.length, operation);
    const items = [...cases.cases, ...Array.from({ length: RANDOM_CASES }, (_, k) => cases.random(random(17, k).uniform))];
    let error = 0;
    let detail = '';
    let limit = 0;
    for (const [seed, item] of items.entries()) {
      const checked = await checkCase(device, item, cases, reference[item.type], seed);
      error = Math.max(error, checked.error);
      // Some cases are allowed more than the operation at large (normalising values whose mean dwarfs their spread).
      const { tolerance, absolute = 0 } = limitsOf(fair(item, cases), cases);
      limit = Math.max(limit, tolerance, absolute);
      detail ||= checked.wrong[0] ?? '';
    }
    const result = { operation, cases: items.length, error, limit, passed: detail === '', detail };
    results.push(result);
    onResult(result);
  }
  onProgress(all.length, all.length, '');
  return results;
}
