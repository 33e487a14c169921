// Part: Q2_K, 256 quants of two bits; planes of quants, of a scale and a minimum to a byte for every 16, and of their two f16 units.
const SCALES: u32 = K4 / 4u;
const UNITS: u32 = SCALES + K4 / 16u;
const ROW16: u32 = (UNITS + K4 / 64u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let q = bytes4((word_at(row, 8u * (k4 >> 5u) + (k4 & 7u)) >> (2u * ((k4 >> 3u) & 3u))) & 0x03030303u);
  let packed = byte_at(row, SCALES, k4 >> 2u);
  let scale = unpack2x16float(word_at(row, UNITS + (k4 >> 6u))) * vec2f(f32(packed & 15u), f32(packed >> 4u));
  return vec4f(q) * scale.x - vec4f(scale.y);
}
