// Part: units of Q5_K: 16 bytes of the highest bits are of as many bytes of the lower ones, and of three units more.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let q = words_at(row, unit);
  let place = 2u * (unit >> 3u) + (unit & 1u);
  let high = words_at(row, HIGHEST / 4u + place) >> vec4u(unit & 6u);
  let first = lower_run(q) | ((high & vec4u(0x01010101u)) << vec4u(4u));
  let second = upper_run(q) | ((high & vec4u(0x02020202u)) << vec4u(3u));
  return runs_dot(row, unit, x0, first, second);
}
