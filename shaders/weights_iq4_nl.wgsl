// Part: IQ4_NL, 32 quants of four bits for numbers of a table; planes of quants and of f16 scales.
const SCALES: u32 = K4 / 2u;
const ROW16: u32 = (SCALES + (K4 / 8u + 1u) / 2u + 3u) / 4u;

// Of numbers 32 * i .. 32 * i + 31 of a row.
fn scale_of(row: u32, i: u32) -> f32 {
  return half_at(row, SCALES, i);
}

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 3u;
  let q = (word_at(row, (k4 & 3u) + 4u * group) >> (k4 & 4u)) & 0x0f0f0f0fu;
  return (nonlinear4(q) - vec4f(TABLE_OFFSET)) * scale_of(row, group);
}
