/** Pipelines, created in parallel and shared by everything with the same text; the key is derived from the linked source, never written by hand. */
import type { Dispatch } from '../engine/plan.ts';
import { linkShader } from '../engine/shader.ts';

export interface Pipeline {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
}

interface Cache {
  layouts: Map<string, GPUBindGroupLayout>;
  pipelines: Map<string, Promise<Pipeline>>;
  step: GPUBindGroupLayout;
}

const caches = new WeakMap<GPUDevice, Cache>();

/** Everything of a device dies with it. */
function cacheOf(device: GPUDevice): Cache {
  let cache = caches.get(device);
  if (!cache) {
    const step = device.createBindGroupLayout({
      label: 'step table',
      entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'read-only-storage', hasDynamicOffset: true } }],
    });
    cache = { layouts: new Map(), pipelines: new Map(), step };
    caches.set(device, cache);
  }
  return cache;
}

/** Layout of @group(1): one row of the step table by dynamic offset. */
export const stepLayout = (device: GPUDevice): GPUBindGroupLayout => cacheOf(device).step;

function bindingLayout(device: GPUDevice, dispatch: Dispatch): GPUBindGroupLayout {
  const { layouts } = cacheOf(device);
  const key = dispatch.bindings.map((b) => (b ? (b.access === 'read' ? 'r' : 'w') : '-')).join('');
  let layout = layouts.get(key);
  if (!layout) {
    const entries = dispatch.bindings.flatMap((b, binding): GPUBindGroupLayoutEntry[] =>
      b ? [{ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: b.access === 'read' ? 'read-only-storage' : 'storage' } }] : [],
    );
    layout = device.createBindGroupLayout({ label: key, entries });
    layouts.set(key, layout);
  }
  return layout;
}

/** The compiler's messages with the lines they are about. */
async function explain(module: GPUShaderModule, code: string, label: string): Promise<string> {
  const { messages } = await module.getCompilationInfo();
  const lines = code.split('\n');
  const errors = messages.filter((m) => m.type === 'error').map((m) => `${m.lineNum}:${m.linePos} ${m.message}\n    ${lines[m.lineNum - 1] ?? ''}`);
  return `${label}: ${errors.join('\n') || 'the pipeline could not be created'}`;
}

/** Compiles (or finds) the pipeline of a dispatch. Throws an Error that shows the offending WGSL. */
export async function pipelineFor(device: GPUDevice, dispatch: Dispatch): Promise<Pipeline> {
  const names = dispatch.bindings.flatMap((b) => (b?.half ? [b.name] : []));
  const code = await linkShader(dispatch, { names, how: device.features.has('shader-f16') ? 'f16' : 'packed' });
  const cache = cacheOf(device);
  const layout = bindingLayout(device, dispatch);
  const key = `${dispatch.entry} ${layout.label} ${dispatch.step}\n${code}`;
  let found = cache.pipelines.get(key);
  if (!found) {
    const module = device.createShaderModule({ label: `${dispatch.shader}:${dispatch.entry}`, code });
    const bindGroupLayouts = dispatch.step ? [layout, cache.step] : [layout];
    found = device
      .createComputePipelineAsync({
        label: dispatch.label,
        layout: device.createPipelineLayout({ bindGroupLayouts }),
        compute: { module, entryPoint: dispatch.entry },
      })
      .then(
        (pipeline) => ({ pipeline, layout }),
        async (error: unknown) => {
          throw new Error(`${await explain(module, code, dispatch.label)}\n${error instanceof Error ? error.message : ''}`);
        },
      );
    cache.pipelines.set(key, found);
  }
  return found;
}

/** All pipelines of a list, in parallel; `onProgress(done, total)`. */
export async function compilePipelines(
  device: GPUDevice,
  dispatches: readonly Dispatch[],
  onProgress?: (done: number, total: number) => void,
): Promise<Pipeline[]> {
  let done = 0;
  return Promise.all(
    dispatches.map(async (dispatch) => {
      const pipeline = await pipelineFor(device, dispatch);
      onProgress?.(++done, dispatches.length);
      return pipeline;
    }),
  );
}
