// Few rows, on a GPU with subgroups: a workgroup owns four outputs of one row.
@compute @workgroup_size(WORKGROUP)
fn linear_row_subgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
  @builtin(subgroup_size) size: u32,
) {
  let n = (group.z * groups.x + group.x) * 4u;
  let t = group.y;
  let x0 = select(t, current.rows[t].slot, X_BY_SLOT) * K4;
  let sums = four_products(min(n + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u)), x0, lane, place, size);
  if (lane < 4u && n + lane < ROWS) {
    finish(t, ROW0 + n + lane, sums[lane]);
  }
}
