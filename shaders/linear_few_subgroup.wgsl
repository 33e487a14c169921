// Some rows, on a GPU with subgroups of any size: a workgroup owns four outputs of eight rows. subgroupAdd joins the lanes and one barrier the subgroups.
var<workgroup> parts: array<vec4f, 8u * WORKGROUP>;  // [8, WORKGROUP]

// Subgroups need not be runs of lanes in order: each first lane leaves its part at its own place, the others leave zero.
fn leave(row: u32, lane: u32, place: u32, sum: vec4f) {
  let joined = subgroupAdd(sum);
  parts[row * WORKGROUP + lane] = select(vec4f(), joined, place == 0u);
}

@compute @workgroup_size(WORKGROUP)
fn linear_few_subgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let n = (group.z * groups.x + group.x) * 4u;
  let t = group.y * 8u;
  own_products(min(n + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u)), t, lane);
  leave(0u, lane, place, s0);
  leave(1u, lane, place, s1);
  leave(2u, lane, place, s2);
  leave(3u, lane, place, s3);
  leave(4u, lane, place, s4);
  leave(5u, lane, place, s5);
  leave(6u, lane, place, s6);
  leave(7u, lane, place, s7);
  workgroupBarrier();
  // A thread finishes one output of one row.
  let row = lane >> 2u;
  let column = lane & 3u;
  if (row < 8u && t + row < current.count && n + column < ROWS) {
    var total = 0.0;
    for (var i = 0u; i < WORKGROUP; i++) {
      total += parts[row * WORKGROUP + i][column];
    }
    finish(t + row, ROW0 + n + column, total);
  }
}
