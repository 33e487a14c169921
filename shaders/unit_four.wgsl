// Part: units of four columns, for f32 and for rows that are no whole units of 16 bytes.
const UNIT: u32 = 1u;  // of a unit, in vec4f

// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  return dot(weight4(row, unit), x[x0 + unit]);
}
