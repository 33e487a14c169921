// Part: MXFP4, 32 floats of four bits; planes of the floats and of their powers of two, a byte each.
const POWERS: u32 = K4 / 2u;
const ROW16: u32 = (POWERS + (K4 / 8u + 3u) / 4u + 3u) / 4u;

// Columns 4 * k4 .. 4 * k4 + 3 of a row.
fn weight4(row: u32, k4: u32) -> vec4f {
  let group = k4 >> 3u;
  let q = bytes4((word_at(row, (k4 & 3u) + 4u * group) >> (k4 & 4u)) & 0x0f0f0f0fu);
  // Twice the number: the fraction alone where the exponent is 0, else 2 or 3 times a power of two.
  let exponent = (q >> vec4u(1u)) & vec4u(3u);
  let fraction = q & vec4u(1u);
  let whole = (vec4u(2u) + fraction) << (max(exponent, vec4u(1u)) - vec4u(1u));
  let size = vec4f(select(whole, fraction, exponent == vec4u()));
  let twice = select(size, -size, (q & vec4u(8u)) != vec4u());
  let power = byte_at(row, POWERS, group);
  let tiny = power < 2u;
  let normal = (power - 1u) << 23u;
  let subnormal = 0x00200000u << min(power, 1u);
  return twice * bitcast<f32>(select(normal, subnormal, tiny));
}
