/** The worker of the surface lab: one job at a time, the newest first; what waited behind it is forgotten. */
import { type Gpu, requestGpu, UnavailableError } from '../gpu/device.ts';
import { runLab } from '../train/surface_lab.ts';
import type { SurfaceEvent, SurfaceJob } from './surface.ts';

const scope = self as unknown as { postMessage(event: SurfaceEvent): void; onmessage: (message: MessageEvent<SurfaceJob>) => void };

interface Found {
  gpu: Gpu | null;
  missing: string | null;
}

let found: Promise<Found> | null = null;
let waiting: SurfaceJob | null = null;
let busy = false;

function findGpu(): Promise<Found> {
  found ??= requestGpu().then(
    (gpu) => ({ gpu, missing: null }),
    (error: unknown) => {
      if (error instanceof UnavailableError) return { gpu: null, missing: error.message };
      throw error;
    },
  );
  return found;
}

async function run({ id, lab }: SurfaceJob): Promise<void> {
  const { gpu, missing } = await findGpu();
  const work = runLab(gpu, lab);
  // What runs on a device that was lost never comes back by itself.
  const plots = await (gpu ? Promise.race([work, gpu.lost.then((reason) => Promise.reject(new Error(`The GPU was lost (${reason}).`)))]) : work);
  scope.postMessage({ type: 'trails', id, plots, missing });
}

async function serve(): Promise<void> {
  busy = true;
  while (waiting) {
    const job = waiting;
    waiting = null;
    try {
      await run(job);
    } catch (error) {
      scope.postMessage({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
      // Asked again by the next job: a lost device does not come back.
      found = null;
    }
  }
  busy = false;
}

scope.onmessage = ({ data }) => {
  waiting = data;
  if (!busy) void serve();
};
