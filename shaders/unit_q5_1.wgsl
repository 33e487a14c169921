// Part: units of a block of Q5_1: 32 quants, 16 bytes of their lower bits, with their highest bits, scale and minimum.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let scale = unpack2x16float(word_at(row, SCALES + unit));
  return fives_dot(row, unit, at) * scale.x + (run_sum(at) + run_sum(at + 4u)) * scale.y;
}
