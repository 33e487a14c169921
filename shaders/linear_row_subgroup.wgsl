// Few rows, on a GPU with subgroups of any size: a workgroup owns four outputs of one row, its threads stride over K,
// subgroupAdd joins the lanes and one barrier joins the subgroups.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

var<workgroup> parts: array<vec4f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn linear_row_subgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
  @builtin(subgroup_size) size: u32,
  @builtin(subgroup_invocation_id) place: u32,
) {
  let n = (group.z * groups.x + group.x) * 4u;
  let t = group.y;
  let x0 = select(t, current.rows[t].slot, X_BY_SLOT) * K4;
  let last = ROWS - 1u;
  let n0 = min(n, last);
  let n1 = min(n + 1u, last);
  let n2 = min(n + 2u, last);
  let n3 = min(n + 3u, last);
  var sum = vec4f();
  for (var k = lane; k < K4; k += WORKGROUP) {
    let v = x[x0 + k];
    sum += vec4f(dot(weight4(n0, k), v), dot(weight4(n1, k), v), dot(weight4(n2, k), v), dot(weight4(n3, k), v));
  }
  let joined = subgroupAdd(sum);
  // Subgroups need not be runs of lanes in order: each first lane leaves its part at its own place, the others leave zero.
  parts[lane] = select(vec4f(), joined, place == 0u);
  workgroupBarrier();
  if (lane < 4u && n + lane < ROWS) {
    var total = 0.0;
    for (var i = 0u; i < WORKGROUP; i++) {
      total += parts[i][lane];
    }
    finish(t, ROW0 + n + lane, total);
  }
}
