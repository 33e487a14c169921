// Some rows, on a GPU without subgroups: a workgroup owns four outputs of eight rows, and a tree in its memory adds the parts of its threads.
var<workgroup> parts: array<vec4f, 8u * WORKGROUP>;  // [8, WORKGROUP]

@compute @workgroup_size(WORKGROUP)
fn linear_few_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = (group.z * groups.x + group.x) * 4u;
  let t = group.y * 8u;
  own_products(min(n + vec4u(0u, 1u, 2u, 3u), vec4u(ROWS - 1u)), t, lane);
  parts[lane] = s0;
  parts[WORKGROUP + lane] = s1;
  parts[2u * WORKGROUP + lane] = s2;
  parts[3u * WORKGROUP + lane] = s3;
  parts[4u * WORKGROUP + lane] = s4;
  parts[5u * WORKGROUP + lane] = s5;
  parts[6u * WORKGROUP + lane] = s6;
  parts[7u * WORKGROUP + lane] = s7;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half >>= 1u) {
    if (lane < half) {
      for (var row = 0u; row < 8u; row++) {
        parts[row * WORKGROUP + lane] += parts[row * WORKGROUP + lane + half];
      }
    }
    workgroupBarrier();
  }
  // A thread finishes one output of one row.
  let row = lane >> 2u;
  let column = lane & 3u;
  if (row < 8u && t + row < current.count && n + column < ROWS) {
    finish(t + row, ROW0 + n + column, parts[row * WORKGROUP][column]);
  }
}
