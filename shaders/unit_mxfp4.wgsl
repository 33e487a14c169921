// Part: units of a block of MXFP4: 32 floats of four bits, 16 bytes, with their power of two.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let q = words_at(row, unit);
  let sum = run_dot(twice(lower_run(q)), at) + run_dot(twice(upper_run(q)), at + 4u);
  return (sum - TWICE_OFFSET * (run_sum(at) + run_sum(at + 4u))) * half_power(row, unit);
}
