// Part: units of Q4_K.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let q = words_at(row, unit);
  return runs_dot(row, unit, x0, lower_run(q), upper_run(q));
}
