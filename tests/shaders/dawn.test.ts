import { expect, it } from 'vitest';
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);

it('validates WGSL in Node without any GPU', async () => {
  const adapter = await create(['backend=null']).requestAdapter();
  const device = await adapter!.requestDevice();
  device.pushErrorScope('validation');
  device.createShaderModule({ code: '@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }' });
  const error = await device.popErrorScope();
  expect(error?.message).toContain('u32');
});
