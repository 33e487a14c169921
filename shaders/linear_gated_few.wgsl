// Some rows through a gated product, no barrier: a thread owns four gates of four rows and what they let through. For CPU adapters.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_few(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 4u;
  let t = id.y * 4u;
  if (n >= HALF || t >= current.count) {
    return;
  }
  let gates = min(n + vec4u(0u, 1u, 2u, 3u), vec4u(HALF - 1u));
  var few = few_products(t, gates, HALF + gates);
  for (var i = 0u; i < 4u; i++) {
    finish_pairs(t + i, n, few.low[i], few.high[i]);
  }
}
