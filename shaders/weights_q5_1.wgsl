// Part: Q5_1, 32 quants of five bits; planes of their lower four bits, of the highest ones, and of an f16 scale and an f16 minimum to a word.
const HIGHEST: u32 = K4 / 2u;
const SCALES: u32 = HIGHEST + K4 / 8u;
const ROW16: u32 = (SCALES + K4 / 8u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 3u;
  let low = (word_at(row, (k4 & 3u) + 4u * group) >> (k4 & 4u)) & 0x0f0f0f0fu;
  let high = spread4(word_at(row, HIGHEST + group) >> (4u * (k4 & 7u)));
  let scale = unpack2x16float(word_at(row, SCALES + group));
  return vec4f(bytes4(low | (high << 4u))) * scale.x + vec4f(scale.y);
}
