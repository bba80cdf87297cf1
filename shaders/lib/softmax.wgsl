// Softmax and cross entropy of one sample whose logits come by the vec4 (formulas: cross_entropy.wgsl). Three walks: `see` every vec4,
// `add` every vec4, then `loss_of` and, for every vec4, `gradient_of`. The largest logit is subtracted first, so exp never overflows.
// Words at or beyond `real` of a vec4 are padding.

struct Logits {
  top: f32,    // the largest logit, and the word that holds it
  best: u32,
  total: f32,  // sum of the logits
  sum: f32,    // sum of e^(logit − top)
  bad: bool,   // one is not finite: found on its bits, since max and clamp may swallow a NaN
}

fn no_logits() -> Logits {
  return Logits(-3.0e38, 0u, 0.0, 0.0, false);
}

fn see(l: Logits, v: vec4f, c4: u32, real: u32) -> Logits {
  var seen = l;
  seen.bad = l.bad || any((bitcast<vec4u>(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u));
  for (var q = 0u; q < 4u; q++) { // @unroll
    if (q < real) {
      seen.total += v[q];
      if (v[q] > seen.top) {
        seen.top = v[q];
        seen.best = 4u * c4 + q;
      }
    }
  }
  return seen;
}

fn powers(l: Logits, v: vec4f, real: u32) -> vec4f {
  return select(vec4f(), exp(max(v - l.top, vec4f(-80.0))), vec4u(0u, 1u, 2u, 3u) < vec4u(real));
}

fn add(l: Logits, v: vec4f, real: u32) -> Logits {
  let e = powers(l, v, real);
  var added = l;
  added.sum += e.x + e.y + e.z + e.w;
  return added;
}

// Relative to the top logit, so that large logits do not cancel. NaN when a logit is not finite; `label` keeps a compiler from folding it.
fn loss_of(l: Logits, logit: f32, label: u32, classes: u32, smoothing: f32) -> f32 {
  let loss = log(l.sum) - (1.0 - smoothing) * (logit - l.top) - smoothing * (l.total / f32(classes) - l.top);
  return select(loss, bitcast<f32>(0x7fc00000u | min(label, 1u)), l.bad);
}

// Of the loss of this sample; `at`: the word of its label.
fn gradient_of(l: Logits, v: vec4f, c4: u32, at: u32, classes: u32, smoothing: f32, real: u32) -> vec4f {
  let hot = select(vec4f(), vec4f(1.0 - smoothing), vec4u(4u * c4) + vec4u(0u, 1u, 2u, 3u) == vec4u(at));
  return select(vec4f(), powers(l, v, real) / l.sum - hot - smoothing / f32(classes), vec4u(0u, 1u, 2u, 3u) < vec4u(real));
}
