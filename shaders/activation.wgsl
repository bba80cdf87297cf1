// Activations that stand alone: y = f(x), gx = f'(x) · gy, element-wise, one thread a vec4. KIND (engine/ops/activation):
//   1 ReLU   2 LeakyReLU   3 Sigmoid   4 Tanh   (as in lib/activation)
//   5 SiLU        x · σ(x)
//   6 GELU        x · Φ(x),  Φ the normal distribution function, from a Chebyshev fit of erfc with relative error 1.2e-7 (so that the
//                 tail is right too): Press et al., Numerical Recipes, 6.2
//   7 GELU tanh   x/2 · (1 + tanh u) = x · σ(2u),  u = √(2/π) · (x + 0.044715 x³): the same without a difference near 0
// Large arguments are clamped where exp would overflow or 0 · ∞ would arise. Source: https://docs.pytorch.org/docs/stable/nn.html;
// Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.

import constants::{THREADS, XC, XC4, KIND, SLOPE, X_LANE, Y_LANE, GY_LANE, GX_LANE, ACCUMULATE, IN_ACT, IN_SLOPE};
import package::lib::activation::{activate, activation_gradient, mask_padding, sigmoid4};
import package::lib::grid::thread_index;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

// Φ(v) = erfc(−v / √2) / 2.
fn normal_cdf(v: vec4f) -> vec4f {
  let z = min(abs(v) * 0.70710678118, vec4f(9.0));
  let t = 1.0 / (1.0 + 0.5 * z);
  let tail = t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 + t * (0.27886807 + t * (-1.13520398
    + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))));
  let half_erfc = 0.5 * t * exp(-z * z - 1.26551223 + t * 1.00002368 + t * tail);
  return select(half_erfc, 1.0 - half_erfc, v > vec4f());
}

// 2u of GELU's tanh form; beyond ±10 the sigmoid is 0 or 1 anyway.
fn gelu_inner(v: vec4f) -> vec4f {
  let c = clamp(v, vec4f(-10.0), vec4f(10.0));
  return 1.59576912161 * c * (1.0 + 0.044715 * c * c);
}

fn value(v: vec4f) -> vec4f {
  // v · f with f = 0 must not meet v = −3e38.
  let bounded = max(v, vec4f(-80.0));
  if (KIND == 5u) { return bounded * sigmoid4(v); }
  if (KIND == 6u) { return bounded * normal_cdf(v); }
  if (KIND == 7u) { return bounded * sigmoid4(gelu_inner(v)); }
  return activate(KIND, SLOPE, v);
}

fn derivative(v: vec4f, g: vec4f) -> vec4f {
  let c = clamp(v, vec4f(-12.0), vec4f(12.0));
  if (KIND == 5u) {
    let s = sigmoid4(v);
    return g * (s + clamp(v, vec4f(-80.0), vec4f(80.0)) * s * (1.0 - s));
  }
  if (KIND == 6u) { return g * (normal_cdf(v) + c * 0.39894228040 * exp(-0.5 * c * c)); }
  if (KIND == 7u) {
    let s = sigmoid4(gelu_inner(v));
    return g * (s + c * s * (1.0 - s) * 1.59576912161 * (1.0 + 0.134145 * c * c));
  }
  // The others' derivatives follow from their values.
  return activation_gradient(KIND, SLOPE, g, activate(KIND, SLOPE, v));
}

@if(forward)
@compute @workgroup_size(64)
fn forward(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  y[group.z * Y_LANE + i] = mask_padding(value(x[group.z * X_LANE + i]), i % XC4, XC);
}

@group(0) @binding(2) var<storage, read> gy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gx: array<vec4f>;

@if(grad_input)
@compute @workgroup_size(64)
fn grad_input(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let i = thread_index(group, groups, local);
  if (i >= THREADS) { return; }
  let v = x[group.z * X_LANE + i];
  let at = group.z * GX_LANE + i;
  var g = activation_gradient(IN_ACT, IN_SLOPE, derivative(v, gy[group.z * GY_LANE + i]), v);
  if (ACCUMULATE == 1u) { g += gx[at]; }
  gx[at] = g;
}
