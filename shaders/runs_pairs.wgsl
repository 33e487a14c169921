// Part: units of Q2_K and Q3_K: 16 bytes of their lower two bits are of four runs of 16 columns, 32 apart.
const UNIT: u32 = 16u;  // of a unit, in vec4f

// The product of the bare quants of four runs with x from `at` on.
fn runs_dot(a: vec4u, b: vec4u, c: vec4u, d: vec4u, at: u32) -> vec4f {
  return vec4f(run_dot(a, at), run_dot(b, at + 8u), run_dot(c, at + 16u), run_dot(d, at + 24u));
}

// The sums of four runs of x from `at` on.
fn runs_sum(at: u32) -> vec4f {
  return vec4f(run_sum(at), run_sum(at + 8u), run_sum(at + 16u), run_sum(at + 24u));
}

// Where a unit begins in a row of x.
fn unit_begin(unit: u32) -> u32 {
  return 32u * (unit >> 1u) + 4u * (unit & 1u);
}

// The bytes of eight that are of the runs of a unit, each the lowest of a word.
fn bytes_of_runs(words: vec2u, unit: u32) -> vec4u {
  return words.xxyy >> (vec4u(0u, 16u, 0u, 16u) + vec4u(8u * (unit & 1u)));
}
