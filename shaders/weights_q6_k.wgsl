// Part: Q6_K, 256 quants of six bits around 32; planes of their lower four bits, of the upper two, of 16 signed scales and of their f16 units.
const UPPER: u32 = K4 / 2u;
const SCALES: u32 = UPPER + K4 / 4u;
const UNITS: u32 = SCALES + K4 / 16u;
const ROW16: u32 = (UNITS + (K4 / 64u + 1u) / 2u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let fourth = (k4 >> 3u) & 3u;
  let low = word_at(row, 16u * (k4 >> 5u) + (k4 & 15u)) >> (2u * (fourth & 2u));
  let high = word_at(row, UPPER + 8u * (k4 >> 5u) + (k4 & 7u)) >> (2u * fourth);
  let q = vec4f(bytes4((low & 0x0f0f0f0fu) | ((high & 0x03030303u) << 4u))) - vec4f(32.0);
  let scale = bitcast<i32>(word_at(row, SCALES + (k4 >> 4u)) << (24u - 8u * ((k4 >> 2u) & 3u))) >> 24u;
  return q * (half_at(row, UNITS, k4 >> 6u) * f32(scale));
}
