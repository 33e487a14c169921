// Few rows through a gated product, on a GPU whose subgroups are numbered: a cluster of lanes owns two gates of one row and what they let through.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_row_cluster(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let n = ((group.z * groups.x + group.x) * (WORKGROUP / CLUSTER) + cluster_of(subgroup, size, place)) * 2u;
  let t = group.y;
  let gates = min(n + vec2u(0u, 1u), vec2u(HALF - 1u));
  let sums = four_products(vec4u(gates, HALF + gates), t * K4, place);
  let gate_of_lane = place % CLUSTER;
  if (gate_of_lane < 2u && n + gate_of_lane < HALF && t < current.count) {
    finish_pair(t, n + gate_of_lane, sums[gate_of_lane], sums[gate_of_lane + 2u]);
  }
}
