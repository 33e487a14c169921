// Part: MXFP4, 32 floats of four bits; planes of the floats and of their powers of two, a byte each.
const POWERS: u32 = K4 / 2u;
const ROW16: u32 = (POWERS + (K4 / 8u + 3u) / 4u + 3u) / 4u;

// Half the power of two of numbers 32 * i .. 32 * i + 31 of a row.
fn half_power(row: u32, i: u32) -> f32 {
  let power = byte_at(row, POWERS, i);
  let tiny = power < 2u;
  let normal = (power - 1u) << 23u;
  let subnormal = 0x00200000u << min(power, 1u);
  return bitcast<f32>(select(normal, subnormal, tiny));
}

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 3u;
  let q = vec4u((word_at(row, (k4 & 3u) + 4u * group) >> (k4 & 4u)) & 0x0f0f0f0fu);
  return (vec4f(bytes4(twice(q).x)) - vec4f(TWICE_OFFSET)) * half_power(row, group);
}
