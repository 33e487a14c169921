// Part: Q4_K, 256 quants of four bits; planes of quants and of headers with scales and minima.
const HEADERS: u32 = K4 / 2u;
const ROW16: u32 = (HEADERS + K4 / 16u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let q = bytes4((word_at(row, 8u * (k4 >> 4u) + (k4 & 7u)) >> ((k4 >> 1u) & 4u)) & 0x0f0f0f0fu);
  let scale = scale_and_minimum(words_at(row, HEADERS / 4u + (k4 >> 6u)), (k4 >> 3u) & 7u);
  return vec4f(q) * scale.x - vec4f(scale.y);
}
