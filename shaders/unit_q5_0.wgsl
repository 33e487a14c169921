// Part: units of a block of Q5_0: 32 quants around 16, 16 bytes of their lower bits, with their highest bits and scale.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let sum = fives_dot(row, unit, at) - 16.0 * (run_sum(at) + run_sum(at + 4u));
  return sum * half_at(row, SCALES, unit);
}
