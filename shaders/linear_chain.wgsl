// The fully connected layers at the end of a network together with the loss, for layers so small that starting kernels costs more than
// their work. Samples are independent of each other, so a thread can take some of them all the way forward and back:
//
//   forward      y_l[n,o] = act_l( bias_l[o] + Σ_f y_(l−1)[n,f] · w_l[f,o] ),  y_(−1) = x
//   loss         as cross_entropy.wgsl has it, of the last layer's output
//   grad_input   g_(l−1)[n,f] = act′_(l−1) · Σ_o g_l[n,o] · w_l[f,o],  at the front into gx
//
// A second dispatch has the weight gradients of all layers: gw_l[f,o] = Σ_n y_(l−1)[n,f] · g_l[n,o], grad_bias_l[o] = Σ_n g_l[n,o].
//
// Layouts of x, w and partials: linear.wgsl; layer l begins at vec4 W_AT of `w` and P_AT of `partials`. `held`: outputs of all layers,
// [layer][N][O4] from vec4 AT on, and HELD behind each its gradient; then
// of every sample (loss / N, hit, 1, 0). grad_weight's last workgroups add SHARE of these to one entry of `losses`, lib/update those.
//
// A thread of `chain` owns TM samples and reads nothing that another thread writes: no barrier. A thread of `grad_weight` owns 8 rows ×
// COLS vec4s of one layer's weights over a slab of samples. Workgroups have SIZE threads, few for small batches: software adapters run
// idle threads, too. No result depends on TM or SIZE.

import package::lib::activation::{activate, activation_gradient, mask_padding};
import package::lib::grid::group_index;
import package::lib::softmax::{no_logits, see, add, loss_of, gradient_of};
import constants::{N, LAYERS, LAST, TM, COLS, SIZE, HELD, SLAB, SLABS, END, SHARE, LOSSES, SMOOTHING, THREADS, ACCUMULATE, IN_ACT, IN_SLOPE};
import constants::{X_LANE, W_LANE, LABELS_LANE, HELD_LANE, GX_LANE, PARTIALS_LANE};
import constants::{K4_0, O_0, TK_0, TN_0, ACT_0, SLOPE_0, BIAS_0, AT_0, W_AT_0, P_AT_0, GROUP_0};
import constants::{K4_1, O_1, TK_1, TN_1, ACT_1, SLOPE_1, BIAS_1, AT_1, W_AT_1, P_AT_1, GROUP_1};
import constants::{K4_2, O_2, TK_2, TN_2, ACT_2, SLOPE_2, BIAS_2, AT_2, W_AT_2, P_AT_2, GROUP_2};
import constants::{K4_3, O_3, TK_3, TN_3, ACT_3, SLOPE_3, BIAS_3, AT_3, W_AT_3, P_AT_3, GROUP_3};

const K4 = array<u32, 4>(K4_0, K4_1, K4_2, K4_3);
const O = array<u32, 4>(O_0, O_1, O_2, O_3);
const O4 = array<u32, 4>((O_0 + 3u) / 4u, (O_1 + 3u) / 4u, (O_2 + 3u) / 4u, (O_3 + 3u) / 4u);
// Vec4s of a layer's inputs and outputs that a thread takes at a time, one or two.
const TK = array<u32, 4>(TK_0, TK_1, TK_2, TK_3);
const TN = array<u32, 4>(TN_0, TN_1, TN_2, TN_3);
const ACT = array<u32, 4>(ACT_0, ACT_1, ACT_2, ACT_3);
const SLOPE = array<u32, 4>(SLOPE_0, SLOPE_1, SLOPE_2, SLOPE_3);
const BIAS = array<u32, 4>(BIAS_0, BIAS_1, BIAS_2, BIAS_3);
const AT = array<u32, 4>(AT_0, AT_1, AT_2, AT_3);
const W_AT = array<u32, 4>(W_AT_0, W_AT_1, W_AT_2, W_AT_3);
const P_AT = array<u32, 4>(P_AT_0, P_AT_1, P_AT_2, P_AT_3);
// Of the layer before.
const BEFORE = array<u32, 4>(0u, AT_0, AT_1, AT_2);
// First workgroup of each layer in grad_weight; of one that is not there, beyond the last.
const GROUP = array<u32, 4>(GROUP_0, GROUP_1, GROUP_2, GROUP_3);

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@if(!weights) @group(0) @binding(1) var<storage, read_write> held: array<vec4f>;
@if(weights) @group(0) @binding(1) var<storage, read> held: array<vec4f>;
@if(!weights) @group(0) @binding(2) var<storage, read> w: array<vec4f>;
@if(!weights) @group(0) @binding(3) var<storage, read> labels: array<u32>;
@if(grad_input) @group(0) @binding(4) var<storage, read_write> gx: array<vec4f>;
@if(weights) @group(0) @binding(2) var<storage, read_write> partials: array<vec4f>;
@if(weights) @group(0) @binding(3) var<storage, read_write> losses: array<vec4f>;

// A layer's input: x at the front, else what the layer before has left.
fn input_at(front: bool, at: u32) -> vec4f {
  if (front) { return x[at]; }
  return held[at];
}

// Loss and hit of the sample whose logits stand at `row`; its gradient is left HELD behind them.
@if(!weights)
fn one_sample(row: u32, label: u32) -> vec4f {
  let s = bitcast<f32>(SMOOTHING);
  var l = no_logits();
  for (var c = 0u; c < O4[LAST]; c++) { l = see(l, held[row + c], c, O[LAST] - 4u * c); }
  for (var c = 0u; c < O4[LAST]; c++) { l = add(l, held[row + c], O[LAST] - 4u * c); }
  for (var c = 0u; c < O4[LAST]; c++) { // @some
    let v = held[row + c];
    let g = gradient_of(l, v, c, label, O[LAST], s, O[LAST] - 4u * c) / f32(N);
    held[HELD + row + c] = activation_gradient(ACT[LAST], SLOPE[LAST], g, v);
  }
  let loss = loss_of(l, held[row + label / 4u][label % 4u], label, O[LAST], s);
  return vec4f(loss / f32(N), select(0.0, 1.0, l.best == label), 1.0, 0.0);
}

@if(!weights)
@compute @workgroup_size(SIZE)
fn chain(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  let id = group_index(group, groups) * SIZE + local;
  if (local >= SIZE || id >= THREADS) { return; }
  let held_lane = lane * HELD_LANE;
  // Samples beyond the batch are the last one once more.
  var n: array<u32, TM>;
  for (var i = 0u; i < TM; i++) { // @unroll
    n[i] = min(id * TM + i, N - 1u);
  }

  for (var layer = 0u; layer < LAYERS; layer++) { // @unroll
    let before = select(held_lane + BEFORE[layer], lane * X_LANE, layer == 0u);
    let after = held_lane + AT[layer];
    for (var col = 0u; col < O4[layer]; col += TN[layer]) { // @some
      let weights = lane * W_LANE + W_AT[layer] + col;
      var acc: array<vec4f, TM * 2u>;
      for (var i = 0u; i < TM; i++) { // @unroll
        for (var j = 0u; j < 2u; j++) { // @unroll
          acc[i * 2u + j] = vec4f();
        }
      }
      for (var k = 0u; k < K4[layer]; k++) { // @some
        var a: array<vec4f, TM>;
        for (var i = 0u; i < TM; i++) { // @unroll
          a[i] = input_at(layer == 0u, before + n[i] * K4[layer] + k);
        }
        for (var q = 0u; q < 4u; q++) { // @unroll
          for (var j = 0u; j < 2u; j++) { // @unroll
            if (j < TN[layer]) {
              let b = w[weights + (4u * k + q) * O4[layer] + j];
              for (var i = 0u; i < TM; i++) { // @unroll
                acc[i * 2u + j] += a[i][q] * b;
              }
            }
          }
        }
      }
      for (var j = 0u; j < 2u; j++) { // @unroll
        if (j < TN[layer]) {
          var bias = vec4f();
          if (BIAS[layer] == 1u) { bias = w[weights + 4u * K4[layer] * O4[layer] + j]; }
          for (var i = 0u; i < TM; i++) { // @unroll
            held[after + n[i] * O4[layer] + col + j] =
              mask_padding(activate(ACT[layer], SLOPE[layer], acc[i * 2u + j] + bias), col + j, O[layer]);
          }
        }
      }
    }
  }

  for (var i = id * TM; i < min(id * TM + TM, N); i++) { // @some
    held[held_lane + 2u * HELD + i] = one_sample(held_lane + AT[LAST] + i * O4[LAST], labels[lane * 4u * LABELS_LANE + i]);
  }

  for (var back = 0u; back < LAST; back++) { // @unroll
    const layer = LAST - back;
    let after = held_lane + HELD + AT[layer];
    let before = held_lane + BEFORE[layer];
    for (var col = 0u; col < K4[layer]; col += TK[layer]) { // @some
      var acc: array<vec4f, TM * 2u>;
      for (var i = 0u; i < TM; i++) { // @unroll
        for (var j = 0u; j < 2u; j++) { // @unroll
          acc[i * 2u + j] = vec4f();
        }
      }
      for (var c = 0u; c < O4[layer]; c++) { // @some
        var a: array<vec4f, TM>;
        for (var i = 0u; i < TM; i++) { // @unroll
          a[i] = held[after + n[i] * O4[layer] + c];
        }
        for (var j = 0u; j < 2u; j++) { // @unroll
          if (j < TK[layer]) {
            for (var q = 0u; q < 4u; q++) { // @unroll
              let b = w[lane * W_LANE + W_AT[layer] + (4u * (col + j) + q) * O4[layer] + c];
              for (var i = 0u; i < TM; i++) { // @unroll
                acc[i * 2u + j][q] += dot(a[i], b);
              }
            }
          }
        }
      }
      for (var j = 0u; j < 2u; j++) { // @unroll
        if (j < TK[layer]) {
          for (var i = 0u; i < TM; i++) { // @unroll
            let at = before + n[i] * K4[layer] + col + j;
            held[HELD + at] = activation_gradient(ACT[layer - 1u], SLOPE[layer - 1u], acc[i * 2u + j], held[at]);
          }
        }
      }
    }
  }
  @if(grad_input) {
    let after = held_lane + HELD + AT[0];
    for (var col = 0u; col < K4[0]; col += TK[0]) { // @some
      var acc: array<vec4f, TM * 2u>;
      for (var i = 0u; i < TM; i++) { // @unroll
        for (var j = 0u; j < 2u; j++) { // @unroll
          acc[i * 2u + j] = vec4f();
        }
      }
      for (var c = 0u; c < O4[0]; c++) { // @some
        var a: array<vec4f, TM>;
        for (var i = 0u; i < TM; i++) { // @unroll
          a[i] = held[after + n[i] * O4[0] + c];
        }
        for (var j = 0u; j < 2u; j++) { // @unroll
          if (j < TK[0]) {
            for (var q = 0u; q < 4u; q++) { // @unroll
              let b = w[lane * W_LANE + W_AT[0] + (4u * (col + j) + q) * O4[0] + c];
              for (var i = 0u; i < TM; i++) { // @unroll
                acc[i * 2u + j][q] += dot(a[i], b);
              }
            }
          }
        }
      }
      for (var j = 0u; j < 2u; j++) { // @unroll
        if (j < TK[0]) {
          for (var i = 0u; i < TM; i++) { // @unroll
            if (id * TM + i < N) {
              let at = n[i] * K4[0] + col + j;
              let to = lane * GX_LANE + at;
              let g = activation_gradient(IN_ACT, IN_SLOPE, acc[i * 2u + j], x[lane * X_LANE + at]);
              if (ACCUMULATE == 1u) { gx[to] = gx[to] + g; } else { gx[to] = g; }
            }
          }
        }
      }
    }
  }
}

// What a dispatch has for each layer: the layer is found by the workgroup, so that its code stands here once.
@if(weights)
fn of_layer(values: array<u32, 4>, group: u32) -> u32 {
  return select(select(values[0], values[1], group >= GROUP_1), select(values[2], values[3], group >= GROUP_3), group >= GROUP_2);
}

// Of neighbouring samples, in order.
@if(weights)
fn loss_of_share(lane: u32, share: u32) -> vec4f {
  var sum = vec4f();
  for (var n = share * SHARE; n < min((share + 1u) * SHARE, N); n++) { // @some
    sum += held[lane * HELD_LANE + 2u * HELD + n];
  }
  return sum;
}

@if(weights)
@compute @workgroup_size(SIZE)
fn grad_weight(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  let g = group_index(group, groups);
  if (g >= END) {
    let share = (g - END) * SIZE + local;
    if (share < LOSSES) { losses[lane * LOSSES + share] = loss_of_share(lane, share); }
    return;
  }
  let k4 = of_layer(K4, g);
  let o4 = of_layer(O4, g);
  let has_bias = of_layer(BIAS, g);
  let units = k4 + has_bias;
  let tiles = (units + 1u) / 2u;
  let columns = o4 / COLS;
  let id = (g - of_layer(GROUP, g)) * SIZE + local;
  let slab = id / (columns * tiles);
  if (slab >= SLABS) { return; }
  let unit = (id / columns % tiles) * 2u;
  let col = (id % columns) * COLS;
  let front = g < GROUP_1;
  let before = select(lane * HELD_LANE + of_layer(BEFORE, g), lane * X_LANE, front);
  let after = lane * HELD_LANE + HELD + of_layer(AT, g) + col;
  var acc: array<vec4f, 8u * COLS>;
  for (var k = 0u; k < 8u; k++) { // @unroll
    for (var j = 0u; j < COLS; j++) { // @unroll
      acc[k * COLS + j] = vec4f();
    }
  }
  for (var n = slab * SLAB; n < min((slab + 1u) * SLAB, N); n++) { // @some
    var gy: array<vec4f, COLS>;
    for (var j = 0u; j < COLS; j++) { // @unroll
      gy[j] = held[after + n * o4 + j];
    }
    for (var k = 0u; k < 2u; k++) { // @unroll
      var a = input_at(front, before + n * k4 + min(unit + k, k4 - 1u));
      a = select(a, vec4f(1.0, 0.0, 0.0, 0.0), unit + k == k4);
      for (var q = 0u; q < 4u; q++) { // @unroll
        for (var j = 0u; j < COLS; j++) { // @unroll
          acc[(4u * k + q) * COLS + j] += a[q] * gy[j];
        }
      }
    }
  }
  let matrix = lane * PARTIALS_LANE + of_layer(P_AT, g) + slab * (4u * k4 + has_bias) * o4 + col;
  for (var k = 0u; k < 2u; k++) { // @unroll
    for (var q = 0u; q < 4u; q++) { // @unroll
      if (unit + k < k4 || (q == 0u && unit + k < units)) {
        for (var j = 0u; j < COLS; j++) { // @unroll
          partials[matrix + (4u * (unit + k) + q) * o4 + j] = acc[(4u * k + q) * COLS + j];
        }
      }
    }
  }
}
