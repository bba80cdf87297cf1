// jax-js, WebGPU and Wasm devices, two ways of training:
//   jit         - loss, gradient and optimizer in one jit() function
//   jit-predict - as in jax-js's own MNIST example: the forward pass is jitted, the rest is eager
// Reference counting: passing an array consumes it, `.ref` keeps it.
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';

const syncEvery = 10;
const array = (data, shape) => np.array(data).reshape(shape);

function collect(layers, params = [], index = new Map()) {
  for (const l of layers) {
    if (l.op === 'residual') {
      collect(l.body, params, index);
      collect(l.shortcut, params, index);
      continue;
    }
    if (!l.params) continue;
    const perChannel = (p) => array(p.data, l.op === 'dense' ? p.shape : [1, ...p.shape, 1, 1]);
    const own = Object.entries(l.params).map(([k, p]) => (k === 'w' ? array(p.data, p.shape) : perChannel(p)));
    index.set(l, params.length);
    params.push(...own);
  }
  return { params, index };
}

function makeModel(w, index) {
  // Returns logits and pushes the batch statistics of every BN layer to `stats`.
  const forward = (layers, P, x, stats) =>
    layers.reduce((x, l) => {
      const p = (k) => P[index.get(l) + k];
      switch (l.op) {
        case 'conv': {
          const y = lax.convGeneralDilated(
            x,
            p(0),
            [l.stride, l.stride],
            [
              [l.pad, l.pad],
              [l.pad, l.pad],
            ],
          );
          return l.bias ? y.add(p(1)) : y;
        }
        case 'bn': {
          const axes = [0, 2, 3],
            keep = { keepdims: true };
          const mean = np.mean(x.ref, axes, keep);
          const centred = x.sub(mean.ref);
          const variance = np.mean(np.square(centred.ref), axes, keep);
          stats.push(lax.stopGradient(mean), lax.stopGradient(variance.ref));
          return centred.mul(np.reciprocal(np.sqrt(variance.add(w.bn.eps))).mul(p(0))).add(p(1));
        }
        case 'dense':
          return np.dot(x, p(0)).add(p(1));
        case 'relu':
          return nn.relu(x);
        case 'tanh':
          return np.tanh(x);
        case 'maxpool':
          return lax.reduceWindow(x, np.max, [l.size, l.size], [l.stride, l.stride]);
        case 'flatten':
          return x.reshape([w.batch, -1]);
        case 'gap':
          return np.mean(x, [2, 3]);
        case 'residual':
          return forward(l.body, P, x.ref, stats).add(forward(l.shortcut, P, x, stats));
        default:
          throw new Error(`unsupported: ${l.op}`);
      }
    }, x);
  return (P, x) => {
    const stats = [];
    const logits = forward(w.layers, P, x, stats);
    return [logits, stats];
  };
}

const zeros = (params) => params.map((p) => np.zeros(p.shape));
const OPTIMIZER = {
  sgd: ({ lr, momentum }) => ({
    init: (params) => ({ v: zeros(params) }),
    update(params, grads, { v }) {
      v = v.map((m, i) => m.mul(momentum).add(grads[i]));
      return [params.map((p, i) => p.sub(v[i].ref.mul(lr))), { v }];
    },
  }),
  adam: ({ lr, beta1, beta2, eps }) => ({
    init: (params) => ({ m: zeros(params), v: zeros(params), b1: np.array(1), b2: np.array(1) }),
    update(params, grads, { m, v, b1, b2 }) {
      b1 = b1.mul(beta1);
      b2 = b2.mul(beta2);
      m = m.map((a, i) => a.mul(beta1).add(grads[i].ref.mul(1 - beta1)));
      v = v.map((a, i) => a.mul(beta2).add(np.square(grads[i]).mul(1 - beta2)));
      const c1 = np.subtract(1, b1.ref),
        c2 = np.subtract(1, b2.ref);
      params = params.map((p, i) =>
        p.sub(
          m[i].ref
            .div(c1.ref)
            .mul(lr)
            .div(np.sqrt(v[i].ref.div(c2.ref)).add(eps)),
        ),
      );
      tree.dispose([c1, c2]);
      return [params, { m, v, b1, b2 }];
    },
  }),
};

function trainer(device, variant) {
  return async (w, opt) => {
    if (device === 'wasm' && !['W1', 'W4'].includes(w.id)) throw new Error('skipped: the wasm device is measured on W1 and W4 only');
    if (!(await init(device)).includes(device)) throw new Error(`unsupported: the ${device} device did not start`);
    defaultDevice(device);
    const { params, index } = collect(w.layers);
    const model = makeModel(w, index),
      optimizer = OPTIMIZER[opt.kind](opt),
      momentum = w.bn.momentum;
    const predict = variant === 'jit-predict' ? jit(model) : model;
    const lossFn = (P, x, y) => {
      const [logits, stats] = predict(P, x);
      return [
        nn
          .logSoftmax(logits)
          .mul(y)
          .sum()
          .mul(-1 / w.batch),
        stats,
      ];
    };
    const update = ([params, opt, running], x, y) => {
      const [[loss, stats], grads] = valueAndGrad(lossFn, { hasAux: true })(tree.ref(params), x, y);
      running = running.map((r, i) => r.mul(momentum).add(stats[i].mul(1 - momentum)));
      return [[...optimizer.update(params, grads, opt), running], loss];
    };
    const step = variant === 'jit' ? jit(update) : update;

    const bnLayers = (layers) => layers.flatMap((l) => (l.op === 'bn' ? [l] : l.op === 'residual' ? bnLayers([...l.body, ...l.shortcut]) : []));
    const running = bnLayers(w.layers).flatMap((l) => [np.zeros([1, l.out[0], 1, 1]), np.ones([1, l.out[0], 1, 1])]);
    const batches = w.batches.map(({ x, y }) => ({
      x: array(x, [w.batch, ...w.input]),
      y: nn.oneHot(np.array(y, { dtype: np.int32 }), w.classes),
    }));
    await blockUntilReady(batches.flatMap((b) => [b.x, b.y]));
    let state = [params, optimizer.init(params), running],
      t = 0;
    return {
      async step(n) {
        let loss;
        for (let i = 0; i < n; i++) {
          const b = batches[t++ % batches.length];
          loss?.dispose();
          [state, loss] = step(state, b.x.ref, b.y.ref);
          if (t % syncEvery === 0) await blockUntilReady(loss); // jax-js asks for this in long loops
        }
        const [value] = await loss.data();
        return value;
      },
      dispose() {
        tree.dispose(state);
        tree.dispose(batches);
        step.dispose?.();
        predict.dispose?.();
      },
    };
  };
}

const libraries = {};
for (const device of ['webgpu', 'wasm'])
  for (const variant of device === 'webgpu' ? ['jit', 'jit-predict'] : ['jit']) libraries[`jax-${device}/${variant}`] = trainer(device, variant);
window.__bench = { libraries };
