// Counter-based random numbers; twins, bit for bit, of src/model/random.ts.

// PCG output hash of one word (Jarzynski and Olano, JCGT 2020).
fn pcg(v: u32) -> u32 {
  let state = v * 747796405u + 2891336453u;
  let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}

fn hash2(a: u32, b: u32) -> u32 {
  return pcg(pcg(a) + b);
}

fn hash3(a: u32, b: u32, c: u32) -> u32 {
  return hash2(hash2(a, b), c);
}

// Position i of a keyed permutation of 0 … n−1: six Feistel rounds over 2·half bits, walked until the value falls below n.
fn permute(i: u32, n: u32, key: u32) -> u32 {
  var half = 1u;
  while (half < 16u && (1u << (2u * half)) < n) { half++; }
  let mask = (1u << half) - 1u;
  var v = i;
  loop {
    var left = v >> half;
    var right = v & mask;
    for (var round = 0u; round < 6u; round++) { // @some
      let next = (left ^ hash3(key, round, right)) & mask;
      left = right;
      right = next;
    }
    v = (left << half) | right;
    if (v < n) { break; }
  }
  return v;
}
