// Part: units of a block of Q4_1: 32 quants, 16 bytes, with their scale and minimum.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let at = x0 + 8u * unit;
  let q = words_at(row, unit);
  let sum = run_dot(lower_run(q), at) + run_dot(upper_run(q), at + 4u);
  let scale = unpack2x16float(word_at(row, SCALES + unit));
  return sum * scale.x + (run_sum(at) + run_sum(at + 4u)) * scale.y;
}
