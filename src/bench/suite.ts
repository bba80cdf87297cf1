/** The benchmark of the visitor's adapter: kernels, then whole steps, one entry after the other. */
import type { Gpu } from '../gpu/device.ts';
import type { BenchmarkGroup, LabEvent } from '../worker/lab.ts';
import { kernelList, measureKernel } from './kernels.ts';
import { measureSteps, onSoftware, stepsList } from './steps.ts';

export async function benchmark(gpu: Gpu, groups: readonly BenchmarkGroup[], emit: (event: LabEvent) => void): Promise<void> {
  const software = onSoftware(gpu);
  const kernels = groups.includes('kernels') ? kernelList(software) : [];
  const steps = groups.includes('steps') ? stepsList(software) : [];
  const total = kernels.length + steps.length;
  let done = 0;
  const entry = async (label: string, measure: () => Promise<LabEvent>): Promise<void> => {
    // A device that is gone answers nothing: what follows would only wait.
    if (gpu.isLost()) throw new Error('The GPU was lost. Run the rest again.');
    emit({ type: 'progress', label, done, total });
    emit(await measure());
    done++;
  };
  for (const item of kernels) {
    await entry(`${item.kernel}, ${item.shape}`, async () => ({ type: 'kernel', row: await measureKernel(gpu, item) }));
  }
  for (const item of steps) {
    const label = `${item.network}, ${item.lanes} ${item.lanes === 1 ? 'lane' : 'lanes'}`;
    await entry(label, async () => ({ type: 'steps', row: await measureSteps(gpu, item) }));
  }
  emit({ type: 'progress', label: '', done, total });
}
