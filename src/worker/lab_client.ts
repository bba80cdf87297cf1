/** The page's end of the lab worker: one worker a job, ended with it. */
import type { LabCommand, LabEvent } from './lab.ts';

/** Starts the job; the function it gives ends it at once. */
export function runLab(command: LabCommand, listen: (event: LabEvent) => void): () => void {
  const worker = new Worker(new URL('./lab.worker.ts', import.meta.url), { type: 'module', name: 'lab' });
  const end = (): void => {
    worker.onmessage = null;
    worker.onerror = null;
    worker.terminate();
  };
  worker.onmessage = ({ data }: MessageEvent<LabEvent>) => {
    if (data.type === 'finished' || data.type === 'failed' || data.type === 'unavailable') end();
    listen(data);
  };
  worker.onerror = (error) => {
    error.preventDefault();
    end();
    listen({ type: 'failed', message: error.message || 'The worker stopped.' });
  };
  worker.postMessage(command);
  return end;
}
