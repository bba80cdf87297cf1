import { expect, it } from 'vitest';
import { requestGpu } from '../../src/gpu/device.ts';
import { selfTest } from '../../src/gpu/selftest.ts';

it('the self-test a visitor can run passes here and shows its errors', async () => {
  const steps: number[] = [];
  const results = await selfTest(await requestGpu(), (done) => steps.push(done));
  for (const r of results)
    console.log(`${r.operation}: ${r.cases} cases, error ${r.error.toExponential(1)}, limit ${r.limit.toExponential(1)} ${r.detail}`);
  expect(results.filter((r) => !r.passed)).toEqual([]);
  expect(results.length).toBeGreaterThanOrEqual(10);
  expect(results.some((r) => r.error > 0)).toBe(true);
  expect(steps.at(-1)).toBe(results.length);
});
