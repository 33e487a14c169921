// Many rows through a gated product, on a GPU: a workgroup owns 32 gates of 64 rows and what they let through.
@compute @workgroup_size(256)
fn linear_gated_tile_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let gates = BLOCK / 2u;
  let n_block = group.x * gates;
  let t_block = group.y * BLOCK;
  // Rows of the block below 32 are gates: of the four outputs of a thread two are, 16 apart, and then what those let through.
  let row = brings(lane);
  let gate = min(n_block + row % gates, HALF - 1u);
  var sums = block_products(t_block, select(gate, HALF + gate, row >= gates), lane);
  for (var i = 0u; i < 4u; i++) {
    let t = t_block + (lane >> 4u) + 16u * i;
    if (t < current.count) {
      for (var j = 0u; j < 2u; j++) {
        let n = n_block + (lane & 15u) + 16u * j;
        if (n < HALF) { finish_pair(t, n, sums[i][j], sums[i][j + 2u]); }
      }
    }
  }
}
