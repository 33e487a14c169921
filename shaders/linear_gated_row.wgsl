// Few rows through a gated product, no barrier: a thread owns four gates of one row and what they let through. For CPU adapters.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_row(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 4u;
  let t = id.y;
  if (n >= HALF || t >= current.count) {
    return;
  }
  let gates = min(n + vec4u(0u, 1u, 2u, 3u), vec4u(HALF - 1u));
  let all = row_products(t * K4, gates, HALF + gates);
  finish_pairs(t, n, all.low, all.high);
}
