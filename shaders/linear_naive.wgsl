// One thread an output: the obvious matrix product, kept as the twin that the fast kernels are compared with.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

@compute @workgroup_size(WORKGROUP)
fn linear_naive(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  let t = id.y;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let row = select(t, current.rows[t].slot, X_BY_SLOT);
  var sum = 0.0;
  for (var k = 0u; k < K4; k++) {
    sum += dot(weight4(n, k), x[row * K4 + k]);
  }
  finish(t, ROW0 + n, sum);
}
