// Many rows, no barrier: a thread owns eight outputs of eight rows. For CPU adapters, whose loads cost more than their products.
@compute @workgroup_size(WORKGROUP)
fn linear_tile(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 8u;
  let t = id.y * 8u;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let last = vec4u(ROWS - 1u);
  var tile = tile_products(t, min(n + vec4u(0u, 1u, 2u, 3u), last), min(n + vec4u(4u, 5u, 6u, 7u), last));
  // In one place: eight of them take a CPU adapter twice as long to compile.
  for (var i = 0u; i < 8u; i++) {
    finish8(t + i, n, tile.low[i], tile.high[i]);
  }
}
