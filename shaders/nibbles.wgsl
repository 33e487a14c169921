// Part: 32 quants of four bits of a block, 16 bytes: the lower halves of the bytes are the first 16 columns, the upper ones the others.
const UNIT: u32 = 8u;  // of a unit, in vec4f

fn low4(packed: u32) -> vec4f {
  return vec4f(bytes4(packed & 0x0f0f0f0fu));
}

fn high4(packed: u32) -> vec4f {
  return vec4f(bytes4((packed >> 4u) & 0x0f0f0f0fu));
}

// The product of the bare quants with x from `at` on.
fn quants_dot(q: vec4u, at: u32) -> f32 {
  return dot(low4(q.x), x[at])
    + dot(low4(q.y), x[at + 1u])
    + dot(low4(q.z), x[at + 2u])
    + dot(low4(q.w), x[at + 3u])
    + dot(high4(q.x), x[at + 4u])
    + dot(high4(q.y), x[at + 5u])
    + dot(high4(q.z), x[at + 6u])
    + dot(high4(q.w), x[at + 7u]);
}

// The sum of a unit of x from `at` on.
fn unit_sum(at: u32) -> f32 {
  let sum = x[at] + x[at + 1u] + x[at + 2u] + x[at + 3u] + x[at + 4u] + x[at + 5u] + x[at + 6u] + x[at + 7u];
  return dot(sum, vec4f(1.0));
}
