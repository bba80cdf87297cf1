// The gradient before a pooling that the layer's kernel did while it stored (windows side by side, no padding), from the gradient behind it:
//   max   the input under the tap that won has it, the others nothing        (condition `pooled`)
//   mean  every input has its share, times the activation's derivative       (condition `averaged`; `full` is the layer's own output)
// Rows count through the batch. What no window covers has gradient 0.

import package::lib::activation::activation_gradient;
import constants::{FULL_H, FULL_W, POOL_H, POOL_W, POOL_C4, ACT, SLOPE, KEPT_LANE, FULL_LANE};

@if(pooled) @group(0) @binding(7) var<storage, read> kept: array<u32>;
@if(averaged) @group(0) @binding(7) var<storage, read> full: array<vec4f>;

struct Window {
  // Of what the pooling gives, within a lane.
  at: u32,
  tap: u32,
  inside: bool,
}

fn window_of(row: u32, column: u32, c4: u32) -> Window {
  let y = row % FULL_H;
  let oy = y / POOL_H;
  let ox = column / POOL_W;
  let inside = (oy < FULL_H / POOL_H) & (ox < FULL_W / POOL_W);
  let at = select(0u, (row / FULL_H * (FULL_H / POOL_H) + oy) * (FULL_W / POOL_W) + ox, inside) * POOL_C4 + c4;
  return Window(at, y % POOL_H * POOL_W + column % POOL_W, inside);
}

// `g` is the gradient at the window.
fn through_pool(lane: u32, window: Window, row: u32, column: u32, c4: u32, g: vec4f) -> vec4f {
  @if(pooled) {
    let winner = (vec4u(kept[4u * lane * KEPT_LANE + window.at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
    return select(vec4f(), g, (winner == vec4u(window.tap)) & vec4<bool>(window.inside));
  }
  @if(averaged) {
    let value = full[lane * FULL_LANE + (row * FULL_W + column) * POOL_C4 + c4];
    return select(vec4f(), activation_gradient(ACT, SLOPE, g / f32(POOL_H * POOL_W), value), window.inside);
  }
}
