// Activations that kernels apply while they store, and their derivatives from the stored output y (engine/op.ts ACTIVATION):
//   1 ReLU        y = max(x, 0)                 dy/dx = [y > 0]
//   2 LeakyReLU   y = x > 0 ? x : slope·x       dy/dx = y > 0 ? 1 : slope      (slope as bits of an f32)
//   3 Sigmoid     y = 1 / (1 + exp(−x))         dy/dx = y·(1 − y)
//   4 Tanh        y = tanh(x)                   dy/dx = 1 − y²
// Arguments of exp are clamped to ±80 and of tanh to ±9.02: larger ones overflow or give NaN on some devices.

fn sigmoid4(x: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(-clamp(x, vec4f(-80.0), vec4f(80.0))));
}

fn tanh4(x: vec4f) -> vec4f {
  return tanh(clamp(x, vec4f(-9.02), vec4f(9.02)));
}

fn activate(kind: u32, slope: u32, x: vec4f) -> vec4f {
  if (kind == 1u) { return max(x, vec4f()); }
  if (kind == 2u) { return select(bitcast<f32>(slope) * x, x, x > vec4f()); }
  if (kind == 3u) { return sigmoid4(x); }
  if (kind == 4u) { return tanh4(x); }
  return x;
}

// grad_x from the gradient g of y and y itself.
fn activation_gradient(kind: u32, slope: u32, g: vec4f, y: vec4f) -> vec4f {
  if (kind == 1u) { return select(vec4f(), g, y > vec4f()); }
  if (kind == 2u) { return select(bitcast<f32>(slope) * g, g, y > vec4f()); }
  if (kind == 3u) { return g * y * (1.0 - y); }
  if (kind == 4u) { return g * (1.0 - y * y); }
  return g;
}

// Zero in the padding channels: c4 counts vec4s, channels is the real number. sigmoid(0) = 0.5 would leak into the next layer's weights.
fn mask_padding(v: vec4f, c4: u32, channels: u32) -> vec4f {
  if (channels % 4u == 0u) { return v; }
  return select(vec4f(), v, vec4u(4u * c4) + vec4u(0u, 1u, 2u, 3u) < vec4u(channels));
}
