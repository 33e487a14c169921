// Part: Q4_0, 32 quants of four bits around 8; planes of quants and of f16 scales.
const SCALES: u32 = K4 / 2u;
const ROW16: u32 = (SCALES + (K4 / 8u + 1u) / 2u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 3u;
  let q = bytes4((word_at(row, (k4 & 3u) + 4u * group) >> (k4 & 4u)) & 0x0f0f0f0fu);
  return (vec4f(q) - vec4f(8.0)) * half_at(row, SCALES, group);
}
