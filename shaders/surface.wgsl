// A surface in the place of a network (src/engine/surface.ts): the loss and its gradient at the parameters of every lane, for the same
// update kernels that train networks. Formulas and their sources: src/model/surfaces, in the order of KIND.
//   partials[lane]    = ∂f/∂parameter + noise · ε   (ε: about N(0, 1), a function of the step's key and the parameter's index alone)
//   step_loss[lane]   = (f, 0, 1, 0), without noise
//   trail[slot][lane] = (x, y, f, ‖∇f‖), where the lane stands before the update
// One workgroup a lane. It first closes the step before (lib/metrics), unless this is the first of a submit; then one thread does it all.

import constants::{P4, KIND, PARTIALS_LANE};
import package::lib::metrics::write_entry;
import package::lib::random::hash3;
import package::lib::step::LaneStep;

@group(0) @binding(3) var<storage, read> params: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> step_loss: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> trail: array<vec4f>;
@group(1) @binding(0) var<storage, read> step: array<LaneStep>;

const MATRIX = 8u;
const TURN = 6.28318530717958647692;

// One over 2^20.
const SMALL = 0.00000095367431640625;

// Twelve uniform numbers of 20 bits, added and centred: whole numbers below 2^24, so that every device gives the same bits. Its twin:
// src/model/surfaces/noise.ts.
fn normal(key: u32, index: u32) -> f32 {
  var sum = 0u;
  for (var k = 0u; k < 12u; k++) { // @some
    sum += hash3(key, index, k) >> 12u;
  }
  return f32(sum) * SMALL - 6.0;
}

fn noise(lane: u32, first: u32) -> vec4f {
  let size = bitcast<f32>(step[lane].noise);
  if (size == 0.0) { return vec4f(); }
  let key = step[lane].dropout;
  return size * vec4f(normal(key, first), normal(key, first + 1u), normal(key, first + 2u), normal(key, first + 3u));
}

// (f, ∂f/∂x, ∂f/∂y).
fn quadratic(x: f32, y: f32, a: f32, b: f32) -> vec3f {
  return vec3f(a * x * x + b * y * y, 2.0 * a * x, 2.0 * b * y);
}

fn saddle(x: f32, y: f32) -> vec3f {
  let y2 = y * y;
  return vec3f((x * x - y2) / 20.0 + y2 * y2 / 80.0, x / 10.0, y * (y2 / 20.0 - 0.1));
}

fn rosenbrock(x: f32, y: f32) -> vec3f {
  let rest = y - x * x;
  return vec3f((1.0 - x) * (1.0 - x) + 100.0 * rest * rest, -2.0 * (1.0 - x) - 400.0 * x * rest, 200.0 * rest);
}

fn beale(x: f32, y: f32) -> vec3f {
  let powers = vec3f(y, y * y, y * y * y);
  let rest = vec3f(1.5, 2.25, 2.625) + x * (powers - 1.0);
  return vec3f(dot(rest, rest), 2.0 * dot(rest, powers - 1.0), 2.0 * x * dot(rest, vec3f(1.0, 2.0 * y, 3.0 * y * y)));
}

fn himmelblau(x: f32, y: f32) -> vec3f {
  let a = x * x + y - 11.0;
  let b = x + y * y - 7.0;
  return vec3f(a * a + b * b, 4.0 * x * a + 2.0 * b, 2.0 * a + 4.0 * y * b);
}

// Sine and cosine of `turns` whole turns, to a few ULP: the built-in ones promise 2⁻¹¹. Whole and quarter turns are taken off exactly, and
// Taylor's polynomials do the rest, at most an eighth of a turn.
fn circle(turns: f32) -> vec2f {
  let rest = turns - round(turns);
  let quarter = round(4.0 * rest);
  let a = (rest - 0.25 * quarter) * TURN;
  let a2 = a * a;
  let s = a * (1.0 - a2 / 6.0 * (1.0 - a2 / 20.0 * (1.0 - a2 / 42.0 * (1.0 - a2 / 72.0))));
  let c = 1.0 - a2 / 2.0 * (1.0 - a2 / 12.0 * (1.0 - a2 / 30.0 * (1.0 - a2 / 56.0 * (1.0 - a2 / 90.0))));
  switch i32(quarter) & 3 {
    case 0: { return vec2f(s, c); }
    case 1: { return vec2f(c, -s); }
    case 2: { return vec2f(-s, -c); }
    default: { return vec2f(-c, s); }
  }
}

fn rastrigin(x: f32, y: f32) -> vec3f {
  let across = circle(x);
  let along = circle(y);
  let steep = 2.0 * vec2f(x, y) + 10.0 * TURN * vec2f(across.x, along.x);
  return vec3f(20.0 + x * x + y * y - 10.0 * (across.y + along.y), steep);
}

fn surface(x: f32, y: f32) -> vec3f {
  switch KIND {
    case 0u: { return quadratic(x, y, 1.0, 1.0); }
    case 1u: { return quadratic(x, y, 0.01, 1.0); }
    case 2u: { return saddle(x, y); }
    case 3u: { return quadratic(x, y, 0.1, 1.0); }
    case 4u: { return rosenbrock(x, y); }
    case 5u: { return beale(x, y); }
    case 6u: { return himmelblau(x, y); }
    default: { return rastrigin(x, y); }
  }
}

fn plane(lane: u32) -> vec4f {
  let at = params[lane * P4].xy;
  let f = surface(at.x, at.y);
  partials[lane * PARTIALS_LANE] = vec4f(f.yz, 0.0, 0.0) + noise(lane, 0u) * vec4f(1.0, 1.0, 0.0, 0.0);
  return vec4f(at, f.x, length(f.yz));
}

// ¼ tr(XᵀMX) with M of src/model/surfaces/matrix.ts: (1 + 0.01)/2 on its diagonal, (1 − 0.01)/2 two columns from it.
fn matrix(lane: u32) -> vec4f {
  var loss = 0.0;
  var squares = 0.0;
  var near = 0.0;
  var far = 0.0;
  for (var row = 0u; row < 4u; row++) { // @some
    let own = params[lane * P4 + row];
    let other = params[lane * P4 + (row ^ 2u)];
    let gradient = 0.5 * (0.505 * own + 0.495 * other);
    partials[lane * PARTIALS_LANE + row] = gradient + noise(lane, 4u * row);
    loss += 0.5 * dot(own, gradient);
    squares += dot(gradient, gradient);
    near += own[row] / 4.0;
    far += own[row ^ 2u] / 4.0;
  }
  return vec4f(near + far, near - far, loss, sqrt(squares));
}

@compute @workgroup_size(64)
fn evaluate(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = group.z;
  let slot = step[lane].slot;
  if (slot > 0u) { write_entry(slot - 1u, lane, groups.z, local); }
  if (local > 0u) { return; }
  var here = vec4f();
  if (KIND == MATRIX) { here = matrix(lane); } else { here = plane(lane); }
  step_loss[lane] = vec4f(here.z, 0.0, 1.0, 0.0);
  trail[slot * groups.z + lane] = here;
}
