// Part: runs of 16 columns, the bare quants of each in the bytes of four words.
fn run_dot(q: vec4u, at: u32) -> f32 {
  return dot(vec4f(bytes4(q.x)), x[at])
    + dot(vec4f(bytes4(q.y)), x[at + 1u])
    + dot(vec4f(bytes4(q.z)), x[at + 2u])
    + dot(vec4f(bytes4(q.w)), x[at + 3u]);
}

// The sum of a run of x from `at` on.
fn run_sum(at: u32) -> f32 {
  return dot(x[at] + x[at + 1u] + x[at + 2u] + x[at + 3u], vec4f(1.0));
}
