/** The kernels that a training step is made of, on shapes of real networks, each taken out of the compiled step of a small network. */
import { type Compiled, compile } from '../engine/compile.ts';
import type { Dispatch, RacePlan } from '../engine/plan.ts';
import { planRace } from '../engine/race.ts';
import { reportPlan } from '../engine/report.ts';
import { GpuDataset } from '../gpu/dataset.ts';
import { type Gpu, isSoftware } from '../gpu/device.ts';
import { inferModel } from '../model/infer.ts';
import { resolveOptimizer } from '../model/optimizers/index.ts';
import type { LayerSpec, ModelSpec } from '../model/types.ts';
import type { KernelRow } from '../worker/lab.ts';
import { timeDispatch } from './timer.ts';

/** Takes the dispatch with this label out of the step of `model`. */
interface Kernel {
  kernel: string;
  shape: string;
  model: ModelSpec;
  batch: number;
  label: string;
  /** What bounds it, and so what is worth telling. */
  bound: 'arithmetic' | 'memory';
}

type Input = ModelSpec['input'];
const HEAD: LayerSpec[] = [
  { id: 'gap', type: 'AdaptiveAvgPool2d', output_size: 1 },
  { id: 'flatten', type: 'Flatten' },
  { id: 'fc', type: 'Linear', out_features: 10 },
];
const image = (input: Input, ...layers: LayerSpec[]): ModelSpec => ({ input, layers: [...layers, ...HEAD] });
const conv = (id: string, out_channels: number, kernel_size: number, more: Partial<LayerSpec> = {}): LayerSpec => ({
  id,
  type: 'Conv2d',
  out_channels,
  kernel_size,
  padding: (kernel_size - 1) / 2,
  bias: false,
  ...more,
});

/** Forward, the weight's gradient alone (a first layer has no other), and both gradients together. */
function convolution(name: string, [C, H, W]: Input, channels: number, size: number, batch: number, more: Partial<LayerSpec> = {}): Kernel[] {
  const shape = `${name}, ${C} → ${channels} channels, ${H}×${W}, batch ${batch}`;
  const layer = conv('k', channels, size, more);
  const first = image([C, H, W], layer);
  const second = image([C, H, W], conv('stem', C, 1), layer);
  const kernel = (what: string, model: ModelSpec, label: string): Kernel => ({
    kernel: `convolution ${what}`,
    shape,
    model,
    batch,
    label: `k ${label}`,
    bound: 'arithmetic',
  });
  // Groups have a kernel for each gradient, others one for both.
  if (more.groups) return ['forward', 'grad_input', 'grad_weight'].map((entry) => kernel(entry, second, entry));
  const both = C > 3 ? [kernel('backward', second, 'backward')] : [];
  return [kernel('forward', first, 'forward'), kernel('grad_weight', first, 'backward'), ...both];
}

/** A software adapter takes a hundred times as long: fewer samples, the same layers. */
export function kernelList(software: boolean): Kernel[] {
  const batch = software ? 8 : 64;
  const memory = (kernel: string, model: ModelSpec, label: string, shape = `16 channels, 32×32, batch ${batch}`): Kernel => ({
    kernel,
    shape,
    model,
    batch,
    label,
    bound: 'memory',
  });
  const norm = image([16, 32, 32], conv('stem', 16, 1), { id: 'k', type: 'BatchNorm2d' }, { id: 'relu', type: 'ReLU' });
  const pool = image([16, 32, 32], conv('stem', 16, 1), { id: 'k', type: 'MaxPool2d', kernel_size: 3, stride: 2, padding: 1 });
  const silu = image([16, 32, 32], conv('stem', 16, 1), { id: 'k', type: 'SiLU' });
  const dense = (features: number): ModelSpec => ({
    input: [features, 1, 1],
    layers: [
      { id: 'flatten', type: 'Flatten' },
      { id: 'k', type: 'Linear', out_features: features },
      { id: 'relu', type: 'ReLU' },
      { id: 'fc', type: 'Linear', out_features: 10 },
    ],
  });
  return [
    { kernel: 'matrix product', shape: '512 × 512 × 512', model: dense(512), batch: 512, label: 'k forward', bound: 'arithmetic' },
    ...convolution('3×3', [3, 32, 32], 16, 3, batch),
    ...convolution('3×3', [16, 32, 32], 16, 3, batch),
    ...convolution('3×3', [32, 16, 16], 32, 3, batch),
    ...convolution('3×3', [64, 8, 8], 64, 3, batch),
    ...convolution('1×1', [64, 16, 16], 64, 1, batch),
    ...convolution('3×3 depthwise', [32, 16, 16], 32, 3, batch, { groups: 32 }),
    memory('batch norm statistics', norm, 'k stats'),
    memory('batch norm output', norm, 'k normalize'),
    memory('batch norm gradient sums', norm, 'k grad_stats'),
    memory('batch norm grad_input', norm, 'k grad_input'),
    memory('max-pooling 3×3, stride 2', pool, 'k forward'),
    memory('element-wise (SiLU)', silu, 'k forward'),
    memory('Adam update', dense(1024), 'Adam update', '1.06 M parameters'),
  ];
}

const ADAM = { type: 'Adam', args: resolveOptimizer({ type: 'Adam', lr: 1e-3 }) };

function noise([C, H, W]: Input, count: number) {
  const zeros = new Array<number>(C).fill(0);
  return { shape: [C, H, W] as const, images: new Float32Array(count * C * H * W).fill(0.5), labels: new Uint8Array(count), mean: zeros, std: zeros };
}

/** The network that has the kernel, as the playground would compile it, and its plan. */
export function compileKernel(gpu: Gpu, item: Kernel): { compiled: Compiled; plan: RacePlan } {
  const fill = isSoftware(gpu.info) ? 256 : undefined;
  const compiled = compile(inferModel(item.model), { batch_size: item.batch, loss: { type: 'CrossEntropyLoss' }, data: 'f32', fill });
  return { compiled, plan: planRace(compiled, [ADAM]) };
}

/** Measures one kernel; where it cannot be, the row says why. */
export async function measureKernel(gpu: Gpu, item: Kernel): Promise<KernelRow> {
  const row: KernelRow = { kernel: item.kernel, shape: item.shape, ms: null, gflops: null, gbs: null, note: '' };
  const { compiled, plan } = compileKernel(gpu, item);
  const at = plan.train.findIndex((d: Dispatch) => d.label === item.label);
  if (at < 0) return { ...row, note: 'not a dispatch of its own in this plan' };
  const { flops, bytes } = reportPlan(compiled, ADAM).dispatches[at];
  const dataset = new GpuDataset(gpu.device, noise(item.model.input, item.batch));
  try {
    const ms = await timeDispatch(gpu, plan, plan.train[at], dataset);
    return { ...row, ms, gflops: item.bound === 'arithmetic' ? flops / (1e6 * ms) : null, gbs: bytes / (1e6 * ms) };
  } catch (error) {
    return { ...row, note: error instanceof Error ? error.message : String(error) };
  } finally {
    dataset.destroy();
  }
}
