/** The worker of the self-test and benchmark pages: one job, then it is ended. */
import { benchmark } from '../bench/suite.ts';
import { requestGpu, UnavailableError } from '../gpu/device.ts';
import { selfTest } from '../gpu/selftest.ts';
import { summariseAdapter } from '../train/summary.ts';
import type { LabCommand, LabEvent } from './lab.ts';

const scope = self as unknown as { postMessage(event: LabEvent): void; onmessage: (message: MessageEvent<LabCommand>) => void };

async function run(command: LabCommand): Promise<void> {
  const emit = (event: LabEvent): void => scope.postMessage(event);
  try {
    const gpu = await requestGpu();
    emit({ type: 'adapter', adapter: summariseAdapter(gpu.info, gpu.device.limits) });
    const work =
      command.type === 'benchmark'
        ? benchmark(gpu, command.groups, emit)
        : selfTest(
            gpu,
            (done, total, operation) => emit({ type: 'progress', label: operation, done, total }),
            (result) => emit({ type: 'operation', result }),
          );
    // What runs on a device that was lost never comes back by itself.
    const lost = gpu.lost.then((reason) => Promise.reject(new Error(`The GPU was lost (${reason}). Run it again.`)));
    await Promise.race([work, lost]);
    emit({ type: 'finished' });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    emit(error instanceof UnavailableError ? { type: 'unavailable', message } : { type: 'failed', message });
  }
}

scope.onmessage = ({ data }) => void run(data);
