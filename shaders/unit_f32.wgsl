// Part: a matrix part [ROWS, 4 * K4] stored as f32, read in units of four columns, 16 bytes.
const UNIT: u32 = 1u;  // of a unit, in vec4f
@group(0) @binding(1) var<storage, read> weights: array<vec4f, ROWS * K4>;

// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  return dot(weights[row * K4 + unit], x[x0 + unit]);
}
