// Part: IQ4_XS, 256 quants of four bits for numbers of a table; planes of quants, and of headers: an f16 unit and eight scales of six bits in two words.
const HEADERS: u32 = K4 / 2u;
const ROW16: u32 = (HEADERS + K4 / 32u + 3u) / 4u;

// Of numbers 32 * i .. 32 * i + 31 of a row.
fn scale_of(row: u32, i: u32) -> f32 {
  let group = i >> 3u;
  let two = words_at(row, HEADERS / 4u + (group >> 1u));
  let header = select(two.xy, two.zw, (group & 1u) == 1u);
  let j = i & 7u;
  let scale = ((header.y >> (4u * j)) & 15u) | (((header.x >> (16u + 2u * j)) & 3u) << 4u);
  return unpack2x16float(header.x).x * (f32(scale) - 32.0);
}

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let q = (word_at(row, 4u * (k4 >> 3u) + (k4 & 3u)) >> (k4 & 4u)) & 0x0f0f0f0fu;
  return (nonlinear4(q) - vec4f(TABLE_OFFSET)) * scale_of(row, k4 >> 3u);
}
