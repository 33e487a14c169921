// Few rows through a gated product, on a GPU with subgroups: a workgroup owns two gates of one row and what they let through.
@compute @workgroup_size(WORKGROUP)
fn linear_gated_subgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
  @builtin(subgroup_size) size: u32,
) {
  let n = (group.z * groups.x + group.x) * 2u;
  let t = group.y;
  let gates = min(n + vec2u(0u, 1u), vec2u(HALF - 1u));
  let sums = four_products(vec4u(gates, HALF + gates), t * K4, lane, place, size);
  if (lane < 2u && n + lane < HALF && t < current.count) {
    finish_pair(t, n + lane, sums[lane], sums[lane + 2u]);
  }
}
