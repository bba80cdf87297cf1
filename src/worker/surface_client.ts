/** The page's end of the surface lab's worker. */
import type { SurfaceEvent, SurfaceJob } from './surface.ts';

/** Sends a job. The worker is started by the first one, and again after it has stopped. */
export type SendSurface = (job: SurfaceJob) => void;

export function surfaceWorker(listen: (event: SurfaceEvent) => void): SendSurface {
  let worker: Worker | null = null;
  const start = (): Worker => {
    const made = new Worker(new URL('./surface.worker.ts', import.meta.url), { type: 'module', name: 'surfaces' });
    made.onmessage = ({ data }: MessageEvent<SurfaceEvent>) => listen(data);
    made.onerror = (error) => {
      error.preventDefault();
      made.terminate();
      worker = null;
      listen({ type: 'failed', message: error.message || 'The worker stopped.' });
    };
    return made;
  };
  return (job) => {
    worker ??= start();
    worker.postMessage(job);
  };
}
