// Few rows, on a GPU without subgroups: a cluster of threads owns four outputs of one row.
@compute @workgroup_size(WORKGROUP)
fn linear_row_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = ((group.z * groups.x + group.x) * (WORKGROUP / CLUSTER) + lane / CLUSTER) * 4u;
  let t = group.y;
  let x0 = select(t, current.rows[t].slot, X_BY_SLOT) * K4;
  let sums = four_products(min(n + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u)), x0, lane);
  let output_of_lane = lane % CLUSTER;
  if (output_of_lane < 4u && n + output_of_lane < ROWS) {
    finish(t, ROW0 + n + output_of_lane, sums[output_of_lane]);
  }
}
