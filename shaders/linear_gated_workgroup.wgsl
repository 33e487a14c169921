// Few rows through a gated product, on a GPU without subgroups: a workgroup owns two gates of one row and what they let through, its threads
// stride over K and a tree in workgroup memory adds their parts.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T, K4]

var<workgroup> parts: array<vec4f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn linear_gated_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n = (group.z * groups.x + group.x) * 2u;
  let t = group.y;
  let x0 = t * K4;
  let last = HALF - 1u;
  let n0 = min(n, last);
  let n1 = min(n + 1u, last);
  let n2 = HALF + n0;
  let n3 = HALF + n1;
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
  if (lane < 2u && n + lane < HALF && t < current.count) {
    finish_pair(t, n + lane, parts[0][lane], parts[0][lane + 2u]);
  }
}
