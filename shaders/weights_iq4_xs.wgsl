// Part: IQ4_XS, 256 quants of four bits for numbers of a table; planes of quants, and of headers: an f16 unit and eight scales of six bits in two words.
const HEADERS: u32 = K4 / 2u;
const ROW16: u32 = (HEADERS + K4 / 32u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let q = bytes4((word_at(row, 4u * (k4 >> 3u) + (k4 & 3u)) >> (k4 & 4u)) & 0x0f0f0f0fu);
  let header = HEADERS + 2u * (k4 >> 6u);
  let j = (k4 >> 3u) & 7u;
  let first = word_at(row, header);
  let scale = ((word_at(row, header + 1u) >> (4u * j)) & 15u) | (((first >> (16u + 2u * j)) & 3u) << 4u);
  return nonlinear4(q) * (unpack2x16float(first).x * (f32(scale) - 32.0));
}
