// Part: units of Q4_K and Q5_K: 16 bytes of lower bits are of two runs of 16 columns, 32 apart, each with its scale and minimum.
// The product of the quants of both runs and of the row of x that begins at x0.
fn runs_dot(row: u32, unit: u32, x0: u32, first: vec4u, second: vec4u) -> f32 {
  let header = words_at(row, HEADERS / 4u + (unit >> 3u));
  let j = unit & 6u;
  let a = scale_and_minimum(header, j);
  let b = scale_and_minimum(header, j + 1u);
  let at = x0 + 16u * (unit >> 1u) + 4u * (unit & 1u);
  let sum = run_dot(first, at) * a.x + run_dot(second, at + 8u) * b.x;
  return sum - (run_sum(at) * a.y + run_sum(at + 8u) * b.y);
}
