// Some rows through a gated product, on a GPU without subgroups: a workgroup owns two gates of eight rows and what they let through.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_few_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = (group.z * groups.x + group.x) * 2u;
  let t = group.y * 8u;
  let gates = min(n + vec2u(0u, 1u), vec2u(HALF - 1u));
  join_products(vec4u(gates, HALF + gates), t, lane, lane);
  // A thread finishes one gate of one row.
  let row = lane >> 1u;
  let gate = lane & 1u;
  if (row < 8u && t + row < current.count && n + gate < HALF) {
    finish_pair(t + row, n + gate, sum_of(row, gate), sum_of(row, gate + 2u));
  }
}
