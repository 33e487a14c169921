// Part: units of 32 quants of IQ4_NL and IQ4_XS, 16 bytes, with their scale.
// The product of the quants in four words, each TABLE_OFFSET more than its number, and of x from `at` on.
fn nonlinear_dot(q: vec4u, at: u32) -> f32 {
  return dot(nonlinear4(q.x), x[at])
    + dot(nonlinear4(q.y), x[at + 1u])
    + dot(nonlinear4(q.z), x[at + 2u])
    + dot(nonlinear4(q.w), x[at + 3u]);
}

// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let q = words_at(row, unit);
  let sum = nonlinear_dot(lower_run(q), at) + nonlinear_dot(upper_run(q), at + 4u);
  return (sum - TABLE_OFFSET * (run_sum(at) + run_sum(at + 4u))) * scale_of(row, unit);
}
