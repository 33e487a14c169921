// Part: a matrix part [ROWS, 4 * K4] stored as packed f16, two to a u32; needs no feature of the device.
@group(0) @binding(1) var<storage, read> weights: array<vec2u, ROWS * K4>;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let packed = weights[row * K4 + k4];
  return vec4f(unpack2x16float(packed.x), unpack2x16float(packed.y));
}
