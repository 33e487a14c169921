// Part: a matrix part [ROWS, 4 * K4] stored as f32, rows padded with zeros to a multiple of four.
@group(0) @binding(1) var<storage, read> weights: array<vec4f, ROWS * K4>;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  return weights[row * K4 + k4];
}
