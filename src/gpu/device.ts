/** The adapter and device, with the adapter's limits; everything that can be missing has a sentence of its own. */

/** WebGPU cannot be had here; the message says why and what to do. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly reason: 'no-webgpu' | 'no-adapter' | 'insecure-context' | 'blocked';
  constructor(reason: UnavailableError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Something is larger than this GPU allows; found before anything is allocated. */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  /** Id of the layer that is too large, if one is. */
  readonly layer: string | undefined;
  constructor(message: string, layer?: string) {
    super(message);
    this.layer = layer;
  }
}

/** The device went away; what was running has to be restored on a new one. */
export class DeviceLostError extends Error {
  override readonly name = 'DeviceLostError';
}

export interface Gpu {
  device: GPUDevice;
  info: GPUAdapterInfo;
  /** Resolves with the reason when the device is gone. */
  lost: Promise<string>;
  isLost(): boolean;
  /** Messages of validation and memory errors that no scope caught. */
  errors: string[];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The GPU process may not be up yet: no adapter in the first moments is asked again, three times over a second. */
async function findAdapter(gpu: GPU): Promise<GPUAdapter | null> {
  for (const wait of [0, 100, 300, 600]) {
    if (wait > 0) await pause(wait);
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
    if (adapter) return adapter;
  }
  return null;
}

const RAISED = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

function wrap(device: GPUDevice, info: GPUAdapterInfo): Gpu {
  let gone = false;
  const errors: string[] = [];
  const lost = device.lost.then((reason) => {
    gone = true;
    return reason.message || reason.reason || 'unknown';
  });
  device.addEventListener('uncapturederror', (event) => errors.push(event.error.message));
  return { device, info, lost, isLost: () => gone, errors };
}

/** A device of the best adapter. Throws UnavailableError. */
export async function requestGpu(gpu: GPU | undefined = globalThis.navigator?.gpu): Promise<Gpu> {
  if (!gpu) {
    throw globalThis.isSecureContext === false
      ? new UnavailableError('insecure-context', 'WebGPU works only on https:// pages and on localhost. Open this page over one of them.')
      : new UnavailableError('no-webgpu', 'This browser has no WebGPU. Use Chrome or Edge 113 or newer, Safari 26 or Firefox 141 or newer.');
  }
  const adapter = await findAdapter(gpu);
  if (!adapter) {
    throw new UnavailableError(
      'no-adapter',
      'This browser found no GPU for WebGPU. On Linux start Chrome with --enable-unsafe-webgpu --enable-features=Vulkan.',
    );
  }
  const requiredLimits = Object.fromEntries(RAISED.map((name) => [name, adapter.limits[name]]));
  const requiredFeatures: GPUFeatureName[] = adapter.features.has('shader-f16') ? ['shader-f16'] : [];
  const device = await adapter.requestDevice({ requiredLimits, requiredFeatures }).catch((error: unknown) => {
    throw new UnavailableError('blocked', `The GPU refused a device: ${error instanceof Error ? error.message : String(error)}. Reload the page.`);
  });
  return wrap(device, adapter.info);
}

/** For callers that bring their own device (library users, Node). */
export const wrapDevice = (device: GPUDevice): Gpu => wrap(device, device.adapterInfo);

/** True for SwiftShader, llvmpipe, WARP: correct but slow. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  return (
    info.isFallbackAdapter === true ||
    /swiftshader|llvmpipe|lavapipe|warp|basic render/i.test(`${info.vendor} ${info.architecture} ${info.description}`)
  );
}
