/** The interface on a fake worker, for looking at it: `?unavailable=no-webgpu`, `?slow`. Not part of the app. */
import { boot } from '../../src/store/boot.ts';
import { mount } from '../../src/ui/mount.tsx';
import { FakeWorker } from './fake-worker.ts';

const query = new URLSearchParams(location.search);
const unavailable = query.get('unavailable') as 'no-webgpu' | null;
const worker = new FakeWorker({ slow: query.has('slow'), ...(unavailable && { unavailable }) });
boot(worker);
mount(document.getElementById('root')!);
setInterval(() => worker.tick(0.1), 100);
Object.assign(window, { fake: worker });
