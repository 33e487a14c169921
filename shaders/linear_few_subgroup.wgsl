// Some rows, on a GPU with subgroups of any size: a workgroup owns four outputs of eight rows.
@compute @workgroup_size(WORKGROUP)
fn linear_few_subgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let n = (group.z * groups.x + group.x) * 4u;
  let t = group.y * 8u;
  join_products(min(n + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u)), t, lane, place);
  // A thread finishes one output of one row.
  let row = lane >> 2u;
  let column = lane & 3u;
  if (row < 8u && t + row < current.count && n + column < ROWS) {
    finish(t + row, ROW0 + n + column, sum_of(row, column));
  }
}
