// The head of one row with the reduction of its logits that a draw goes by, on a GPU whose subgroups are numbered.
@compute @workgroup_size(WORKGROUP)
fn head_row_cluster(
  @builtin(workgroup_id) group: vec3u,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let team = cluster_of(subgroup, size, lane);
  let place = lane % CLUSTER;
  let piece = (group.x * TEAMS + team) / TOGETHER;
  let x0 = current.rows[0].slot * K4;
  var own = NOTHING;
  for (var round = 0u; round < ROUNDS; round++) {
    let ids = ids_of(piece, team, round);
    let sums = four_products(min(ids, vec4u(ROWS - 1u)), x0, lane);
    if (place < 4u && ids[place] < ROWS) {
      own = with_logit(own, ids[place], sums[place]);
    }
  }
  leave(piece, team, place, own);
}
