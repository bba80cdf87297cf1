/** Dawn's validation in Node, without any GPU: shaders, bindings, aliasing, limits, grids. It executes nothing. */
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
// Kept: the adapter and devices do not outlive it.
const gpu = create(['backend=null']);

/** A device with the default limits, which every machine with WebGPU has. */
export async function nullDevice(): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn gives no null adapter');
  return adapter.requestDevice();
}
