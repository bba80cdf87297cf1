// ConvNetJS: single-threaded plain JavaScript in float64, one sample at a time; the trainer
// accumulates batch_size gradients per update. It has no batch normalisation and no residual
// connections, and npm's 0.3.0 has no Adam: 'adadelta' stands in for it.
import convnetjs from 'convnetjs';
import { denseRowsToHwc, nchwToNhwc } from './workloads.js';

function definitions(w) {
  const defs = [
    w.input.length === 3
      ? { type: 'input', out_sx: w.input[2], out_sy: w.input[1], out_depth: w.input[0] }
      : { type: 'input', out_sx: 1, out_sy: 1, out_depth: w.input[0] },
  ];
  for (const l of w.layers) {
    if (l.op === 'conv') defs.push({ type: 'conv', sx: l.kernel, filters: l.filters, stride: l.stride, pad: l.pad });
    else if (l.op === 'dense') defs.push(l === w.layers.at(-1) ? { type: 'softmax', num_classes: l.units } : { type: 'fc', num_neurons: l.units });
    else if (l.op === 'maxpool') defs.push({ type: 'pool', sx: l.size, stride: l.stride });
    else if (l.op === 'relu' || l.op === 'tanh') defs.at(-1).activation = l.op;
    else if (l.op !== 'flatten') throw new Error(`unsupported: ConvNetJS has no ${l.op} layer`);
  }
  return defs;
}

function setWeights(net, w) {
  const mine = net.layers.filter((l) => l.filters);
  w.layers
    .filter((l) => l.params)
    .forEach((l, i) => {
      const { shape, data } = l.params.w,
        n = shape[l.op === 'conv' ? 0 : 1];
      const rows =
        l.op === 'conv'
          ? nchwToNhwc(data, n, shape.slice(1)) // O,(h,w,c)
          : Float32Array.from(data, (_, j) => denseRowsToHwc(data, n, l.inShape)[(j % shape[0]) * n + Math.floor(j / shape[0])]);
      const size = data.length / n;
      for (const [o, f] of mine[i].filters.entries()) f.w.set(rows.subarray(o * size, (o + 1) * size));
      mine[i].biases.w.fill(0);
    });
}

const libraries = {
  async convnetjs(w, opt) {
    const net = new convnetjs.Net();
    net.makeLayers(definitions(w));
    setWeights(net, w);
    const [c, h, wd] = [w.input[0], w.input[1] ?? 1, w.input[2] ?? 1],
      size = c * h * wd;
    const batches = w.batches.map(({ x, y }) =>
      Array.from({ length: w.batch }, (_, i) => {
        const vol = new convnetjs.Vol(wd, h, c, 0);
        vol.w.set(nchwToNhwc(x.subarray(i * size, (i + 1) * size), 1, [c, h, wd]));
        return { vol, label: y[i] };
      }),
    );
    const trainer = new convnetjs.Trainer(net, {
      batch_size: w.batch,
      l2_decay: 0,
      ...(opt.kind === 'sgd' ? { method: 'sgd', learning_rate: opt.lr, momentum: opt.momentum } : { method: 'adadelta' }),
    });
    let t = 0;
    return {
      async step(n) {
        let loss;
        for (let i = 0; i < n; i++) {
          loss = 0;
          for (const { vol, label } of batches[t++ % batches.length]) loss += trainer.train(vol, label).loss / w.batch;
        }
        return loss;
      },
      dispose() {},
    };
  },
};
window.__bench = { libraries };
