// Part: Q3_K, 256 quants of three bits around 4; planes of their lower two bits, of the highest ones, and of headers: 16 scales of six bits and
// their f16 unit in four words.
const HIGHEST: u32 = K4 / 4u;
const HEADERS: u32 = HIGHEST + K4 / 8u;
const ROW16: u32 = (HEADERS + K4 / 16u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 6u;
  let low = (word_at(row, 8u * (k4 >> 5u) + (k4 & 7u)) >> (2u * ((k4 >> 3u) & 3u))) & 0x03030303u;
  let high = (word_at(row, HIGHEST + (k4 & 7u) + 8u * group) >> ((k4 >> 3u) & 7u)) & 0x01010101u;
  let q = vec4f(bytes4(low | (high << 2u))) - vec4f(4.0);
  let header = words_at(row, HEADERS / 4u + group);
  let j = (k4 >> 2u) & 15u;
  let byte = 8u * (j & 3u);
  let nibble = select(header.x, header.y, (j & 4u) != 0u) >> (byte + ((j >> 1u) & 4u));
  let scale = (nibble & 15u) | (((header.z >> (byte + 2u * (j >> 2u))) & 3u) << 4u);
  return q * (unpack2x16float(header.w).x * (f32(scale) - 32.0));
}
