// Few rows, on a GPU without subgroups: a workgroup owns four outputs of one row, its threads stride over K and a tree in
// workgroup memory adds their parts.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

var<workgroup> parts: array<vec4f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn linear_row_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
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
  parts[lane] = sum;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half >>= 1u) {
    if (lane < half) {
      parts[lane] += parts[lane + half];
    }
    workgroupBarrier();
  }
  if (lane < 4u && n + lane < ROWS) {
    finish(t, ROW0 + n + lane, parts[0][lane]);
  }
}
