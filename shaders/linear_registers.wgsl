// What linear_chain.wgsl computes (the formulas stand there), in one dispatch, for so few weights that a thread holds all of them and their
// gradients in its own variables. For software adapters: there a load costs as much as a hundred additions, and this kernel has hardly any.
//
// A thread takes one slab of samples, one after the other, forward and back; then it has the slab's gradients. Layouts and order of every
// sum as in linear_chain.wgsl, and so the same bits. ROWS of a layer: rows of its weights that are not padding of the input.

import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::grid::group_index;
import package::lib::softmax::{no_logits, see, add, loss_of, gradient_of};
import constants::{N, LAYERS, LAST, SIZE, SLAB, SLABS, SHARE, LOSSES, SMOOTHING, HELD, VALUES, ENDS, X_LANE, W_LANE, LABELS_LANE, PARTIALS_LANE};
import constants::{K4_0, O_0, O4_0, ROWS_0, ACT_0, SLOPE_0, BIAS_0, W_AT_0, P_AT_0, AT_0, X_AT_0, UNITS_0};
import constants::{K4_1, O_1, O4_1, ROWS_1, ACT_1, SLOPE_1, BIAS_1, W_AT_1, P_AT_1, AT_1, X_AT_1, UNITS_1};
import constants::{K4_2, O_2, O4_2, ROWS_2, ACT_2, SLOPE_2, BIAS_2, W_AT_2, P_AT_2, AT_2, X_AT_2, UNITS_2};
import constants::{K4_3, O_3, O4_3, ROWS_3, ACT_3, SLOPE_3, BIAS_3, W_AT_3, P_AT_3, AT_3, X_AT_3, UNITS_3};

const K4 = array<u32, 4>(K4_0, K4_1, K4_2, K4_3);
const O = array<u32, 4>(O_0, O_1, O_2, O_3);
const O4 = array<u32, 4>(O4_0, O4_1, O4_2, O4_3);
const ROWS = array<u32, 4>(ROWS_0, ROWS_1, ROWS_2, ROWS_3);
const ACT = array<u32, 4>(ACT_0, ACT_1, ACT_2, ACT_3);
const SLOPE = array<u32, 4>(SLOPE_0, SLOPE_1, SLOPE_2, SLOPE_3);
// 1: it has one.
const BIAS = array<u32, 4>(BIAS_0, BIAS_1, BIAS_2, BIAS_3);
const W_AT = array<u32, 4>(W_AT_0, W_AT_1, W_AT_2, W_AT_3);
const P_AT = array<u32, 4>(P_AT_0, P_AT_1, P_AT_2, P_AT_3);
// Vec4s of a layer's weights and bias, and where they begin in `v` and `g`.
const UNITS = array<u32, 4>(UNITS_0, UNITS_1, UNITS_2, UNITS_3);
const AT = array<u32, 4>(AT_0, AT_1, AT_2, AT_3);
// Where a layer's inputs begin in `y` and their gradients in `d`; its outputs begin where the next one's inputs do.
const X_AT = array<u32, 5>(X_AT_0, X_AT_1, X_AT_2, X_AT_3, ENDS);

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> w: array<vec4f>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> losses: array<vec4f>;

@compute @workgroup_size(SIZE)
fn chain(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  let slab = group_index(group, groups) * SIZE + local;
  if (slab >= SLABS) { return; }
  var v: array<vec4f, HELD>;
  var g: array<vec4f, HELD>;
  for (var layer = 0u; layer < LAYERS; layer++) { // @unroll
    for (var i = 0u; i < UNITS[layer]; i++) { // @some
      v[AT[layer] + i] = w[lane * W_LANE + W_AT[layer] + i];
    }
  }
  var y: array<vec4f, VALUES>;
  var d: array<vec4f, VALUES>;
  var loss = vec4f();
  for (var n = slab * SLAB; n < min((slab + 1u) * SLAB, N); n++) { // @some
    for (var k = 0u; k < K4_0; k++) { // @unroll
      y[k] = x[lane * X_LANE + n * K4_0 + k];
    }
    for (var layer = 0u; layer < LAYERS; layer++) { // @unroll
      for (var o = 0u; o < O4[layer]; o++) { // @unroll
        var acc = vec4f();
        for (var k = 0u; k < K4[layer]; k++) { // @unroll
          for (var q = 0u; q < 4u; q++) { // @unroll
            if (4u * k + q < ROWS[layer]) { acc += y[X_AT[layer] + k][q] * v[AT[layer] + (4u * k + q) * O4[layer] + o]; }
          }
        }
        for (var b = 0u; b < BIAS[layer]; b++) { // @unroll
          acc += v[AT[layer] + 4u * K4[layer] * O4[layer] + o];
        }
        y[X_AT[layer + 1u] + o] = mask_padding(activate(ACT[layer], SLOPE[layer], acc), o, O[layer]);
      }
    }

    let label = labels[lane * 4u * LABELS_LANE + n];
    let s = bitcast<f32>(SMOOTHING);
    var l = no_logits();
    var logit = 0.0;
    for (var c = 0u; c < O4[LAST]; c++) { // @unroll
      let z = y[X_AT[LAYERS] + c];
      l = see(l, z, c, O[LAST] - 4u * c);
      for (var q = 0u; q < 4u; q++) { // @unroll
        if (label == 4u * c + q) { logit = z[q]; }
      }
    }
    for (var c = 0u; c < O4[LAST]; c++) { // @unroll
      l = add(l, y[X_AT[LAYERS] + c], O[LAST] - 4u * c);
    }
    for (var c = 0u; c < O4[LAST]; c++) { // @unroll
      let z = y[X_AT[LAYERS] + c];
      let gl = gradient_of(l, z, c, label, O[LAST], s, O[LAST] - 4u * c) / f32(N);
      d[X_AT[LAYERS] + c] = activation_gradient(ACT[LAST], SLOPE[LAST], gl, z);
    }
    loss += vec4f(loss_of(l, logit, label, O[LAST], s) / f32(N), select(0.0, 1.0, l.best == label), 1.0, 0.0);
    if ((n + 1u) % SHARE == 0u || n + 1u == N) {
      losses[lane * LOSSES + n / SHARE] = loss;
      loss = vec4f();
    }

    for (var back = 0u; back < LAST; back++) { // @unroll
      const layer = LAST - back;
      for (var k = 0u; k < K4[LAST - back]; k++) { // @unroll
        var acc = vec4f();
        for (var c = 0u; c < O4[LAST - back]; c++) { // @unroll
          for (var q = 0u; q < 4u; q++) { // @unroll
            acc[q] += dot(d[X_AT[layer + 1u] + c], v[AT[layer] + (4u * k + q) * O4[layer] + c]);
          }
        }
        d[X_AT[layer] + k] = activation_gradient(ACT[layer - 1u], SLOPE[layer - 1u], acc, y[X_AT[layer] + k]);
      }
    }
    for (var layer = 0u; layer < LAYERS; layer++) { // @unroll
      for (var o = 0u; o < O4[layer]; o++) { // @unroll
        for (var k = 0u; k < K4[layer]; k++) { // @unroll
          for (var q = 0u; q < 4u; q++) { // @unroll
            if (4u * k + q < ROWS[layer]) { g[AT[layer] + (4u * k + q) * O4[layer] + o] += y[X_AT[layer] + k][q] * d[X_AT[layer + 1u] + o]; }
          }
        }
        for (var b = 0u; b < BIAS[layer]; b++) { // @unroll
          g[AT[layer] + 4u * K4[layer] * O4[layer] + o] += d[X_AT[layer + 1u] + o];
        }
      }
    }
  }
  for (var layer = 0u; layer < LAYERS; layer++) { // @unroll
    for (var i = 0u; i < UNITS[layer]; i++) { // @some
      partials[lane * PARTIALS_LANE + P_AT[layer] + slab * UNITS[layer] + i] = g[AT[layer] + i];
    }
  }
}
