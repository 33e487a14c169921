// Part: a matrix part [ROWS, 4 * K4] stored as packed bf16, read in units of eight columns, 16 bytes; K4 is even.
const UNIT: u32 = 2u;  // of a unit, in vec4f
@group(0) @binding(1) var<storage, read> weights: array<vec4u, ROWS * K4 / 2u>;

// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let w = weights[row * (K4 / 2u) + unit];
  let at = x0 + 2u * unit;
  let first = bitcast<vec4f>(vec4u(w.x << 16u, w.x & 0xffff0000u, w.y << 16u, w.y & 0xffff0000u));
  let second = bitcast<vec4f>(vec4u(w.z << 16u, w.z & 0xffff0000u, w.w << 16u, w.w & 0xffff0000u));
  return dot(first, x[at]) + dot(second, x[at + 1u]);
}
