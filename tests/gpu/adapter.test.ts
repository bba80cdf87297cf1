import { expect, it } from 'vitest';

it('finds a WebGPU adapter (a missing one is a failure, never a skip)', async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  const help =
    'Start the tests with `npm run test:gpu`, which sets the flags for a software adapter; `npm run doctor` shows what the browser offers.';
  if (!adapter) throw new Error(`This browser gives no WebGPU adapter. ${help}`);
  const { vendor, architecture, device, description } = adapter.info;
  console.info('WebGPU adapter:', JSON.stringify({ vendor, architecture, device, description }));
  const gpu = await adapter.requestDevice();
  expect(gpu.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(256);
  gpu.destroy();
});
