// Part: units of Q3_K: 16 bytes of the highest bits are of as many bytes of the lower ones, and of another unit; each run has a scale.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let group = unit >> 2u;
  // Four where the unit is in the later half of its 256 columns.
  let late = 2u * (unit & 2u);
  let header = words_at(row, HEADERS / 4u + group);
  let lower = (bytes_of_runs(header.xy, unit) >> vec4u(late)) & vec4u(15u);
  let upper = (bytes_of_runs(header.zz, unit) >> (vec4u(0u, 0u, 2u, 2u) + vec4u(late))) & vec4u(3u);
  let scale = (vec4f(lower | (upper << vec4u(4u))) - vec4f(32.0)) * unpack2x16float(header.w).x;
  let q = words_at(row, unit);
  let high = words_at(row, HIGHEST / 4u + 2u * group + (unit & 1u)) >> vec4u(late);
  let low = vec4u(0x03030303u);
  let a = (q & low) | ((high & vec4u(0x01010101u)) << vec4u(2u));
  let b = ((q >> vec4u(2u)) & low) | ((high & vec4u(0x02020202u)) << vec4u(1u));
  let c = ((q >> vec4u(4u)) & low) | (high & vec4u(0x04040404u));
  let d = ((q >> vec4u(6u)) & low) | ((high & vec4u(0x08080808u)) >> vec4u(1u));
  let at = x0 + unit_begin(unit);
  return dot(runs_dot(a, b, c, d, at) - 4.0 * runs_sum(at), scale);
}
