// Part: units of 16 quants of Q8_0, 16 bytes, with the scale of their block.
const UNIT: u32 = 4u;  // of a unit, in vec4f

fn signed4(packed: u32) -> vec4f {
  return vec4f(vec4i(vec4u(packed) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

// The product of a unit of a row of the matrix and of the row of x that begins at x0.
fn unit_dot(row: u32, unit: u32, x0: u32) -> f32 {
  let q = words_at(row, unit);
  let at = x0 + 4u * unit;
  let sum = dot(signed4(q.x), x[at])
    + dot(signed4(q.y), x[at + 1u])
    + dot(signed4(q.z), x[at + 2u])
    + dot(signed4(q.w), x[at + 3u]);
  return sum * half_at(row, SCALES, unit >> 1u);
}
