// SGD (PyTorch):
//   g ← grad + weight_decay · w
//   v ← g at the first step, then momentum · v + share · g
//   w ← w − lr · d,  d = g without momentum; share · g + momentum · v with nesterov; else v
// share: 1 − dampening, or 1 − momentum in the form of a mean, which has no first step of its own. The form that keeps the step itself:
//   v' = momentum · v − lr · g;  w ← w + v',  with nesterov w ← w − momentum · v + (1 + momentum) · v';  v ← v'
// scalars: lr, momentum, share, nesterov, weight_decay, first step, velocity. Without momentum a lane owns no state: none is touched.
// Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

import constants::{PER, SIZE};
import package::lib::grid::group_index;
import package::lib::update::{state, lane_of, state_of, frozen, scalar, weight, gradient, move_by};
@if(serial) import package::lib::update::{unused, report_squares};

@compute @workgroup_size(SIZE)
fn update(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let lane = lane_of(group.z);
  let block = group_index(group, groups);
  if (frozen(lane, block, thread)) { return; }
  for (var k = 0u; k < PER; k++) { // @some
    let local = PER * thread + k;
    @if(serial) if (unused(block, local)) { break; }
    let grad = gradient(lane, block, local);
    let momentum = scalar(lane, 1u);
    let g = grad + scalar(lane, 4u) * weight(lane, block, local);
    let at = state_of(group.z, block, local);
    let rate = -scalar(lane, 0u);
    let nesterov = scalar(lane, 3u) != 0.0;
    var v = g;
    var delta = rate * g;
    if (momentum > 0.0) {
      let kept = momentum * state[at];
      if (scalar(lane, 6u) != 0.0) {
        v = kept + delta;
        delta = select(v, v + momentum * v - kept, nesterov);
      } else {
        let fresh = scalar(lane, 2u) * g;
        if (scalar(lane, 5u) == 0.0) { v = kept + fresh; }
        delta = rate * select(v, fresh + momentum * v, nesterov);
      }
    }
    if (move_by(delta, grad, lane, block, local) && momentum > 0.0) { state[at] = v; }
  }
  @if(serial) report_squares(lane, block, thread);
}
