// Part: Q8_0, 32 signed bytes with one scale; planes of bytes and of f16 scales.
const SCALES: u32 = K4;
const ROW16: u32 = (SCALES + (K4 / 8u + 1u) / 2u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let q = vec4i(vec4u(word_at(row, k4)) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u);
  return vec4f(q) * half_at(row, SCALES, k4 >> 3u);
}
