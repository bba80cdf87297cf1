// TensorFlow.js, four backends, two ways of training:
//   layers - tf.model + compile + trainOnBatch (which reads the loss back on every step)
//   core   - tf ops + optimizer.minimize, loss read back every 10 steps and at the end
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-webgpu';
import { getThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { denseRowsToHwc, nchwToNhwc } from './workloads.js';

setWasmPaths(new URL('/wasm/', location.href).href);

const syncEvery = 10;
const makeOptimizer = (o) => (o.kind === 'sgd' ? tf.train.momentum(o.lr, o.momentum) : tf.train.adam(o.lr, o.beta1, o.beta2, o.eps));

function hostParams(l) {
  // name -> tf.Tensor in TF layout
  const { params: p } = l;
  if (l.op === 'conv') {
    const { shape, data } = p.w;
    const w = tf.tidy(() => tf.transpose(tf.tensor(data, shape), [2, 3, 1, 0]));
    return p.b ? [w, tf.tensor(p.b.data)] : [w];
  }
  if (l.op === 'dense') return [tf.tensor(denseRowsToHwc(p.w.data, l.units, l.inShape), p.w.shape), tf.tensor(p.b.data)];
  if (l.op === 'bn') return [tf.tensor(p.gamma.data), tf.tensor(p.beta.data)];
  return null;
}

function deviceBatches(w) {
  const image = w.input.length === 3;
  return w.batches.map(({ x, y }) => ({
    x: image ? tf.tensor(nchwToNhwc(x, w.batch, w.input), [w.batch, w.input[1], w.input[2], w.input[0]]) : tf.tensor(x, [w.batch, ...w.input]),
    y: tf.tidy(() => tf.oneHot(tf.tensor1d(y, 'int32'), w.classes).toFloat()),
  }));
}

// ---- layers ----
function buildLayersModel(w) {
  const weighted = [];
  const own = (layer, l, extra = []) => {
    weighted.push([layer, l, extra]);
    return layer;
  };
  const chain = (layers, x) =>
    layers.reduce((x, l) => {
      switch (l.op) {
        case 'conv':
          return own(tf.layers.conv2d({ filters: l.filters, kernelSize: l.kernel, strides: l.stride, padding: 'same', useBias: l.bias }), l).apply(x);
        case 'bn':
          return own(tf.layers.batchNormalization({ epsilon: w.bn.eps, momentum: w.bn.momentum }), l, [
            tf.zeros([l.out[0]]),
            tf.ones([l.out[0]]),
          ]).apply(x);
        case 'dense':
          return own(tf.layers.dense({ units: l.units }), l).apply(x);
        case 'maxpool':
          return tf.layers.maxPooling2d({ poolSize: l.size, strides: l.stride }).apply(x);
        case 'flatten':
          return tf.layers.flatten().apply(x);
        case 'gap':
          return tf.layers.globalAveragePooling2d({}).apply(x);
        case 'residual':
          return tf.layers.add().apply([chain(l.body, x), chain(l.shortcut, x)]);
        default:
          return tf.layers.activation({ activation: l.op }).apply(x);
      }
    }, x);
  const [c, ...hw] = w.input;
  const inputs = tf.input({ shape: hw.length ? [...hw, c] : [c] });
  const model = tf.model({ inputs, outputs: chain(w.layers, inputs) });
  for (const [layer, l, extra] of weighted) layer.setWeights([...hostParams(l), ...extra]);
  return model;
}

async function layersTrainer(w, opt) {
  const model = buildLayersModel(w),
    batches = deviceBatches(w);
  model.compile({ optimizer: makeOptimizer(opt), loss: (y, logits) => tf.losses.softmaxCrossEntropy(y, logits) });
  let t = 0;
  return {
    async step(n) {
      let loss;
      for (let i = 0; i < n; i++) {
        const b = batches[t++ % batches.length];
        loss = await model.trainOnBatch(b.x, b.y);
      }
      return loss;
    },
    dispose() {
      model.dispose();
      tf.dispose(batches);
    },
  };
}

// ---- core ----
async function coreTrainer(w, opt) {
  const variables = [],
    states = [],
    vars = new Map();
  const allocate = (layers) =>
    layers.forEach((l) => {
      if (l.op === 'residual') {
        allocate(l.body);
        allocate(l.shortcut);
        return;
      }
      const p = hostParams(l)?.map((t) => tf.variable(t));
      if (!p) return;
      variables.push(...p);
      if (l.op === 'bn') {
        const running = [tf.variable(tf.zeros([l.out[0]]), false), tf.variable(tf.ones([l.out[0]]), false)];
        states.push(...running);
        p.push(...running);
      }
      vars.set(l, p);
    });
  allocate(w.layers);
  const batches = deviceBatches(w),
    optimizer = makeOptimizer(opt),
    { eps, momentum } = w.bn;

  const forward = (layers, x) =>
    layers.reduce((x, l) => {
      const p = vars.get(l);
      switch (l.op) {
        case 'conv': {
          const y = tf.conv2d(x, p[0], l.stride, l.pad);
          return l.bias ? tf.add(y, p[1]) : y;
        }
        case 'bn': {
          const { mean, variance } = tf.moments(x, [0, 1, 2]);
          p[2].assign(tf.add(tf.mul(p[2], momentum), tf.mul(mean, 1 - momentum)));
          p[3].assign(tf.add(tf.mul(p[3], momentum), tf.mul(variance, 1 - momentum)));
          // Written out: the gradient of tf.batchNorm tiles its statistics and is slower.
          return tf.add(tf.mul(tf.sub(x, mean), tf.mul(tf.rsqrt(tf.add(variance, eps)), p[0])), p[1]);
        }
        case 'dense':
          return tf.add(tf.matMul(x, p[0]), p[1]);
        case 'relu':
          return tf.relu(x);
        case 'tanh':
          return tf.tanh(x);
        case 'maxpool':
          return tf.maxPool(x, l.size, l.stride, 'valid');
        case 'flatten':
          return tf.reshape(x, [w.batch, -1]);
        case 'gap':
          return tf.mean(x, [1, 2]);
        case 'residual':
          return tf.add(forward(l.body, x), forward(l.shortcut, x));
        default:
          throw new Error(`unsupported: ${l.op}`);
      }
    }, x);
  const loss = ({ x, y }) => tf.mul(tf.sum(tf.mul(tf.logSoftmax(forward(w.layers, x)), y)), -1 / w.batch);

  let t = 0;
  return {
    async step(n) {
      let last;
      for (let i = 0; i < n; i++) {
        const b = batches[t++ % batches.length];
        last?.dispose();
        last = optimizer.minimize(() => loss(b), true, variables);
        if (t % syncEvery === 0) await last.data(); // an unbounded queue is slower
      }
      const [value] = await last.data();
      last.dispose();
      return value;
    },
    dispose() {
      tf.dispose([variables, states, batches]);
      optimizer.dispose();
    },
  };
}

const TRAINERS = { layers: layersTrainer, core: coreTrainer };
const libraries = {};
for (const backend of ['webgpu', 'webgl', 'wasm', 'cpu'])
  for (const variant of Object.keys(TRAINERS))
    libraries[`tfjs-${backend}/${variant}`] = async (w, opt) => {
      if (backend === 'cpu' && !['W1', 'W4'].includes(w.id)) throw new Error('skipped: the cpu backend is measured on W1 and W4 only');
      if (!(await tf.setBackend(backend)) || tf.getBackend() !== backend) throw new Error(`unsupported: the ${backend} backend did not start`);
      await tf.ready();
      if (backend === 'wasm') window.__bench.notes = { wasmThreads: getThreadsCount() };
      return TRAINERS[variant](w, opt);
    };
window.__bench = { libraries, versions: { tfjs: tf.version.tfjs } };
