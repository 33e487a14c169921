// Part: units of a block of Q4_1: 32 quants, 16 bytes, with their scale and minimum.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let scale = unpack2x16float(word_at(row, SCALES + unit));
  return quants_dot(weights[row * ROW16 + unit], at) * scale.x + unit_sum(at) * scale.y;
}
