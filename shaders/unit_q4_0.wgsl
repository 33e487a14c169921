// Part: units of a block of Q4_0: 32 quants around 8, 16 bytes, with their scale.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let sum = quants_dot(weights[row * ROW16 + unit], at) - 8.0 * unit_sum(at);
  return sum * half_at(row, SCALES, unit);
}
