// Few rows, on a GPU whose subgroups are numbered: a cluster of lanes owns four outputs of one row.
@compute @workgroup_size(WORKGROUP)
fn linear_row_cluster(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(subgroup_id) subgroup: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let n = ((group.z * groups.x + group.x) * (WORKGROUP / CLUSTER) + cluster_of(subgroup, size, place)) * 4u;
  let t = group.y;
  let x0 = select(t, current.rows[t].slot, X_BY_SLOT) * K4;
  let sums = four_products(min(n + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u)), x0, place);
  let output_of_lane = place % CLUSTER;
  if (output_of_lane < 4u && n + output_of_lane < ROWS) {
    finish(t, ROW0 + n + output_of_lane, sums[output_of_lane]);
  }
}
