// Many rows, on a GPU: a workgroup owns a block of 64 outputs of 64 rows.
@compute @workgroup_size(256)
fn linear_tile_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n_block = group.x * BLOCK;
  let t_block = group.y * BLOCK;
  var sums = block_products(t_block, min(n_block + brings(lane), ROWS - 1u), lane);
  for (var i = 0u; i < 4u; i++) {
    let t = t_block + (lane >> 4u) + 16u * i;
    if (t < current.count) {
      for (var j = 0u; j < 4u; j++) {
        let n = n_block + (lane & 15u) + 16u * j;
        if (n < ROWS) { finish(t, ROW0 + n, sums[i][j]); }
      }
    }
  }
}
