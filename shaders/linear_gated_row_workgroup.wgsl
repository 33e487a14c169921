// Few rows through a gated product, on a GPU without subgroups: a cluster of threads owns two gates of one row and what they let through.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_row_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = ((group.z * groups.x + group.x) * (WORKGROUP / CLUSTER) + lane / CLUSTER) * 2u;
  let t = group.y;
  let gates = min(n + vec2u(0u, 1u), vec2u(HALF - 1u));
  let sums = four_products(vec4u(gates, HALF + gates), t * K4, lane);
  let gate_of_lane = lane % CLUSTER;
  if (gate_of_lane < 2u && n + gate_of_lane < HALF && t < current.count) {
    finish_pair(t, n + gate_of_lane, sums[gate_of_lane], sums[gate_of_lane + 2u]);
  }
}
