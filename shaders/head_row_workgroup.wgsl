// The head of one row with the reduction of its logits that a draw goes by, on a GPU without subgroups.
@compute @workgroup_size(WORKGROUP)
fn head_row_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let team = lane / CLUSTER;
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
    // The memory of the sums is written again.
    workgroupBarrier();
  }
  leave(piece, team, place, own);
}
