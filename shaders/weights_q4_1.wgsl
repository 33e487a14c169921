// Part: Q4_1, 32 quants of four bits; planes of quants, and of an f16 scale and an f16 minimum to a word.
const SCALES: u32 = K4 / 2u;
const ROW16: u32 = (SCALES + K4 / 8u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 3u;
  let q = bytes4((word_at(row, (k4 & 3u) + 4u * group) >> (k4 & 4u)) & 0x0f0f0f0fu);
  let scale = unpack2x16float(word_at(row, SCALES + group));
  return vec4f(q) * scale.x + vec4f(scale.y);
}
