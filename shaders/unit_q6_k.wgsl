// Part: units of Q6_K: 16 bytes of lower bits are of two runs of 16 columns, 64 apart, each around 32 and with its scale.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  // Four units have 128 columns.
  let four = unit >> 2u;
  let place = unit & 3u;
  let q = words_at(row, unit);
  let upper = words_at(row, UPPER / 4u + 2u * four + (place & 1u)) >> vec4u(place & 2u);
  let first = lower_run(q) | ((upper & vec4u(0x03030303u)) << vec4u(4u));
  let second = upper_run(q) | (upper & vec4u(0x30303030u));
  let group = four >> 1u;
  let scales = words_at(row, SCALES / 4u + group);
  let words = select(scales.xy, scales.zw, (four & 1u) == 1u);
  let scale = vec2f(bitcast<vec2i>(words << vec2u(24u - 8u * place)) >> vec2u(24u)) * half_at(row, UNITS, group);
  let at = x0 + 32u * four + 4u * place;
  return (run_dot(first, at) - 32.0 * run_sum(at)) * scale.x
    + (run_dot(second, at + 16u) - 32.0 * run_sum(at + 16u)) * scale.y;
}
