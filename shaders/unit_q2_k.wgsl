// Part: units of Q2_K, each run with its scale and minimum.
// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let group = unit >> 2u;
  let scales = words_at(row, SCALES / 4u + group);
  let packed = bytes_of_runs(select(scales.xy, scales.zw, (unit & 2u) != 0u), unit);
  let units = unpack2x16float(word_at(row, UNITS + group));
  let scale = vec4f(packed & vec4u(15u)) * units.x;
  let minimum = vec4f((packed >> vec4u(4u)) & vec4u(15u)) * units.y;
  let q = words_at(row, unit);
  let low = vec4u(0x03030303u);
  let at = x0 + unit_begin(unit);
  let sum = runs_dot(q & low, (q >> vec4u(2u)) & low, (q >> vec4u(4u)) & low, (q >> vec4u(6u)) & low, at);
  return dot(sum, scale) - dot(runs_sum(at), minimum);
}
