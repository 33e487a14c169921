// Part: Q6_K, 256 quants of six bits around 32; planes of their lower four bits, of the upper two, and of headers: 16 signed scales and their f16
// unit in five words.
const UPPER: u32 = K4 / 2u;
const HEADERS: u32 = UPPER + K4 / 4u;
const ROW16: u32 = (HEADERS + 5u * (K4 / 64u) + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let fourth = (k4 >> 3u) & 3u;
  let low = word_at(row, 16u * (k4 >> 5u) + (k4 & 15u)) >> (2u * (fourth & 2u));
  let high = word_at(row, UPPER + 8u * (k4 >> 5u) + (k4 & 7u)) >> (2u * fourth);
  let q = vec4f(bytes4((low & 0x0f0f0f0fu) | ((high & 0x03030303u) << 4u))) - vec4f(32.0);
  let header = HEADERS + 5u * (k4 >> 6u);
  let j = (k4 >> 2u) & 15u;
  let scale = bitcast<i32>(word_at(row, header + (j >> 2u)) << (24u - 8u * (j & 3u))) >> 24u;
  return q * (unpack2x16float(word_at(row, header + 4u)).x * f32(scale));
}
