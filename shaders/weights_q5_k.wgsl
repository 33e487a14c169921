// Part: Q5_K, 256 quants of five bits; planes of their lower four bits, of the highest ones, and of headers with scales and minima.
const HIGHEST: u32 = K4 / 2u;
const HEADERS: u32 = HIGHEST + K4 / 8u;
const ROW16: u32 = (HEADERS + K4 / 16u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let low = (word_at(row, 8u * (k4 >> 4u) + (k4 & 7u)) >> ((k4 >> 1u) & 4u)) & 0x0f0f0f0fu;
  let high = (word_at(row, HIGHEST + 8u * (k4 >> 6u) + (k4 & 7u)) >> ((k4 >> 3u) & 7u)) & 0x01010101u;
  let scale = scale_and_minimum(words_at(row, HEADERS / 4u + (k4 >> 6u)), (k4 >> 3u) & 7u);
  return vec4f(bytes4(low | (high << 4u))) * scale.x - vec4f(scale.y);
}
