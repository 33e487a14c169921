// Part: a matrix part [ROWS, 4 * K4] stored as packed bf16, two to a u32; a shift makes each an f32.
@group(0) @binding(1) var<storage, read> weights: array<vec2u, ROWS * K4>;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let packed = weights[row * K4 + k4];
  let low = packed << vec2u(16u);
  let high = packed & vec2u(0xffff0000u);
  return bitcast<vec4f>(vec4u(low.x, high.x, low.y, high.y));
}
