/**
 * Stands in for the training worker: answers as it does, without training, so that nothing but the page is measured. Losses are made up, as many
 * as a fast GPU would send. Handed to the page as text, so it uses nothing from outside.
 * @param {number} live steps that arrive ten times a second once it is started
 */
export function fakeWorker(live) {
  let load = 0;
  let runs = [];
  let step = 0;
  const noise = (a) => {
    const x = Math.sin(a * 12.9898) * 43758.5453;
    return x - Math.floor(x);
  };
  const loss = (r, s) => (2.3 / (1 + s / (200 + 40 * (r % 8)))) * (0.8 + 0.4 * noise(r * 7919 + s)) + 0.02;
  const say = (event) => self.postMessage(event);
  const send = (n) => {
    const steps = Uint32Array.from({ length: n }, (_, i) => step + i + 1);
    const of = (f) => Float32Array.from(steps, f);
    const train = runs.map((run, r) => ({
      run,
      step: steps,
      train_loss: of((s) => loss(r, s)),
      train_accuracy: of(() => 0.5),
      lr: of(() => 0.01 * (1 + (r >> 2))),
      grad_norm: of((s) => 3 * loss(r + 50, s)),
      update_ratio: of((s) => 1e-3 * (1 + noise(r + s))),
      time: of((s) => s / 200),
    }));
    const validation = [];
    for (const s of steps)
      if (s % 100 === 0)
        for (const [r, run] of runs.entries())
          validation.push({ run, step: s, val_loss: loss(r, s) * 1.1, val_accuracy: 1 - 0.8 / (1 + s / 900) - 0.01 * noise(r + s) });
    step += n;
    say({ type: 'points', load, train, validation });
    say({ type: 'status', load, state: 'running', step, epoch: step / 100, steps_per_second: 10 * live });
  };
  const limits = { maxBufferSize: 0, maxStorageBufferBindingSize: 0 };
  const adapter = { name: 'none', vendor: '', architecture: '', description: '', software: false, limits };
  const thumbnails = { kind: 'points', x: new Float32Array(1), y: new Float32Array(1), labels: new Uint8Array(1) };
  const data = { name: 'x', shape: [1, 28, 28], classes: ['0', '1'], train: 1600, validation: 64, fingerprint: '0', thumbnails };
  const cost = { dispatches: [], flops: 1, bytes: 1, activations: 1, memory: 1 };
  let timer;
  self.onmessage = ({ data: command }) => {
    switch (command.type) {
      case 'load':
        ({ load, runs } = command);
        step = 0;
        say({ type: 'adapter', adapter });
        say({
          type: 'ready',
          load,
          data,
          runs: runs.map((run) => ({ run, weights: '0', batches: '0' })),
          plan: { lanes: runs.length, dispatches_per_step: 1, parameters: 1, memory: 1, step: cost },
        });
        break;
      case 'step':
        // In messages of 500, as the real one sends them.
        for (let left = command.n; left > 0; left -= 500) send(Math.min(500, left));
        say({ type: 'done', request: command.request });
        break;
      case 'start':
        timer ??= setInterval(() => send(live), 100);
        break;
      case 'pause':
        timer = clearInterval(timer);
        break;
      case 'reset':
        timer = clearInterval(timer);
        step = 0;
        say({ type: 'status', load, state: 'idle', step: 0, epoch: 0, steps_per_second: 0 });
    }
  };
}
