// The four workloads: architecture, seeded initial parameters and seeded data.
// Everything is described in NCHW / OIHW / [in, out]; adapters transpose to their own layout.

const conv = (filters, kernel, pad, { stride = 1, bias = false } = {}) => ({ op: 'conv', filters, kernel, pad, stride, bias });
const bn = () => ({ op: 'bn' });
const relu = () => ({ op: 'relu' });
const tanh = () => ({ op: 'tanh' });
const pool = (size) => ({ op: 'maxpool', size, stride: size }); // no padding, floor
const dense = (units) => ({ op: 'dense', units });
const flatten = () => ({ op: 'flatten' });
const gap = () => ({ op: 'gap' });
const block = (filters, stride = 1) => [
  {
    op: 'residual',
    body: [conv(filters, 3, 1, { stride }), bn(), relu(), conv(filters, 3, 1), bn()],
    shortcut: stride > 1 ? [conv(filters, 1, 0, { stride }), bn()] : [],
  },
  relu(),
];

const SPECS = {
  W1: {
    name: 'lenet-mnist',
    batch: 64,
    input: [1, 28, 28],
    classes: 10,
    layers: () => [conv(8, 5, 2, { bias: true }), relu(), pool(2), conv(16, 5, 2, { bias: true }), relu(), pool(3), flatten(), dense(10)],
  },
  W2: {
    name: 'bn-cifar',
    batch: 64,
    input: [3, 32, 32],
    classes: 10,
    layers: () => [conv(16, 3, 1), bn(), relu(), pool(2), conv(32, 3, 1), bn(), relu(), pool(2), conv(64, 3, 1), bn(), relu(), gap(), dense(10)],
  },
  W3: {
    name: 'resnet8-cifar',
    batch: 32,
    input: [3, 32, 32],
    classes: 10,
    layers: () => [conv(16, 3, 1), bn(), relu(), ...block(16), ...block(32, 2), ...block(64, 2), gap(), dense(10)],
  },
  W4: {
    name: 'mlp-2d',
    batch: 128,
    input: [2],
    classes: 2,
    layers: () => [dense(16), tanh(), dense(16), tanh(), dense(2)],
  },
};

export const OPTIMIZERS = {
  sgd: { kind: 'sgd', lr: 0.01, momentum: 0.9 },
  adam: { kind: 'adam', lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8 },
};
export const BN = { eps: 1e-5, momentum: 0.9 }; // running = momentum * running + (1 - momentum) * batch

export function rng(seed) {
  let s = seed >>> 0;
  const uniform = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), s | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

const tensor = (shape, fill) => ({ shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, fill) });

// Adds `params` (initial values) and `out` (output shape) to every layer.
function initialise(layers, shape, r, outputLayer) {
  for (const l of layers) {
    if (l.op === 'conv') {
      const [c, h, w] = shape,
        fanIn = c * l.kernel ** 2,
        std = Math.sqrt(2 / fanIn);
      l.params = { w: tensor([l.filters, c, l.kernel, l.kernel], () => std * r.normal()) };
      if (l.bias) l.params.b = tensor([l.filters], () => 0);
      const size = (n) => Math.floor((n + 2 * l.pad - l.kernel) / l.stride) + 1;
      shape = [l.filters, size(h), size(w)];
    } else if (l.op === 'bn') {
      l.params = { gamma: tensor([shape[0]], () => 1), beta: tensor([shape[0]], () => 0) };
    } else if (l.op === 'dense') {
      // A small output layer keeps the initial loss near ln(classes).
      const std = (l === outputLayer ? 0.1 : 1) / Math.sqrt(shape[0]);
      l.params = { w: tensor([shape[0], l.units], () => std * r.normal()), b: tensor([l.units], () => 0) };
      l.inShape = l.inShape ?? shape;
      shape = [l.units];
    } else if (l.op === 'maxpool') {
      shape = [shape[0], ...shape.slice(1).map((n) => Math.floor((n - l.size) / l.stride) + 1)];
    } else if (l.op === 'flatten') {
      const next = layers[layers.indexOf(l) + 1];
      next.inShape = shape; // the [C, H, W] a flattened dense layer looks at
      shape = [shape.reduce((a, b) => a * b, 1)];
    } else if (l.op === 'gap') {
      shape = [shape[0]];
    } else if (l.op === 'residual') {
      const out = initialise(l.body, shape, r);
      initialise(l.shortcut, shape, r);
      shape = out;
    }
    l.out = shape;
  }
  return shape;
}

// Class-dependent smooth patterns plus noise; `labelNoise` of the labels are random, so that
// a long timing run never reaches zero loss (and denormal gradients).
function makeBatches({ batch, input, classes }, count, labelNoise) {
  const fixed = rng(7),
    r = rng(11);
  const pattern = Array.from({ length: classes }, (_, k) => {
    if (input.length === 1) return [k ? 1.5 : -1.5, k ? 1 : -1];
    const [c, h, w] = input,
      p = [];
    for (let i = 0; i < c; i++) {
      const [fx, fy, phase, offset] = [1 + 3 * fixed.uniform(), 1 + 3 * fixed.uniform(), 6.3 * fixed.uniform(), 0.5 * fixed.normal()];
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) p.push(offset + Math.cos((6.3 * (fx * x + fy * y)) / w + phase));
    }
    return p;
  });
  const size = input.reduce((a, b) => a * b, 1);
  return Array.from({ length: count }, () => {
    const x = new Float32Array(batch * size),
      y = new Int32Array(batch);
    for (let n = 0; n < batch; n++) {
      const k = Math.floor(r.uniform() * classes);
      y[n] = r.uniform() < labelNoise ? Math.floor(r.uniform() * classes) : k;
      for (let i = 0; i < size; i++) x[n * size + i] = 0.7 * (pattern[k][i] + r.normal());
    }
    return { x, y };
  });
}

/** A workload object as handed to an adapter: `{id, name, batch, input, classes, layers, batches}`. */
export function workload(id, { batches = 1, labelNoise = 0 } = {}) {
  const spec = SPECS[id];
  const layers = spec.layers();
  initialise(layers, spec.input, rng(3), layers.at(-1));
  return { ...spec, id, layers, batches: makeBatches(spec, batches, labelNoise), bn: BN };
}

export const WORKLOADS = Object.keys(SPECS);

// Layout helpers for NHWC adapters.
export function nchwToNhwc(data, n, [c, h, w]) {
  const out = new Float32Array(data.length);
  for (let b = 0; b < n; b++)
    for (let i = 0; i < c; i++)
      for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) out[((b * h + y) * w + x) * c + i] = data[((b * c + i) * h + y) * w + x];
  return out;
}
export const denseRowsToHwc = (
  data,
  units,
  inShape, // rows (c,h,w) -> (h,w,c)
) =>
  inShape.length === 1
    ? data
    : Float32Array.from(data, (_, i) => {
        const [c, h, w] = inShape,
          row = Math.floor(i / units),
          ch = row % c,
          pos = Math.floor(row / c);
        return data[(ch * h * w + pos) * units + (i % units)];
      });
