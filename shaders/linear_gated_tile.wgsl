// Many rows through a gated product, no barrier: a thread owns four gates of eight rows and what they let through. For CPU adapters.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_tile(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 4u;
  let t = id.y * 8u;
  if (n >= HALF || t >= current.count) {
    return;
  }
  let gates = min(n + vec4u(0u, 1u, 2u, 3u), vec4u(HALF - 1u));
  var tile = tile_products(t, gates, HALF + gates);
  // In one place: eight of them take a CPU adapter twice as long to compile.
  for (var i = 0u; i < 8u; i++) {
    finish_pairs(t + i, n, tile.low[i], tile.high[i]);
  }
}
