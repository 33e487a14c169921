// Many rows, no barrier: a thread owns a register tile of 8 rows by 4 outputs, so each load serves 4 or 8 products.
// For CPU adapters.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

fn x_row(t: u32) -> u32 {
  let inside = min(t, current.count - 1u);
  return select(inside, current.rows[inside].slot, X_BY_SLOT) * K4;
}

fn finish4(t: u32, n: u32, sums: vec4f) {
  if (t >= current.count) {
    return;
  }
  for (var i = 0u; i < min(4u, ROWS - n); i++) {
    finish(t, ROW0 + n + i, sums[i]);
  }
}

@compute @workgroup_size(WORKGROUP)
fn linear_tile(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 4u;
  let t = id.y * 8u;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let last = ROWS - 1u;
  let n1 = min(n + 1u, last);
  let n2 = min(n + 2u, last);
  let n3 = min(n + 3u, last);
  let r0 = x_row(t);
  let r1 = x_row(t + 1u);
  let r2 = x_row(t + 2u);
  let r3 = x_row(t + 3u);
  let r4 = x_row(t + 4u);
  let r5 = x_row(t + 5u);
  let r6 = x_row(t + 6u);
  let r7 = x_row(t + 7u);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
  for (var k = 0u; k < K4; k++) {
    let w = transpose(mat4x4f(weight4(n, k), weight4(n1, k), weight4(n2, k), weight4(n3, k)));
    s0 += w * x[r0 + k];
    s1 += w * x[r1 + k];
    s2 += w * x[r2 + k];
    s3 += w * x[r3 + k];
    s4 += w * x[r4 + k];
    s5 += w * x[r5 + k];
    s6 += w * x[r6 + k];
    s7 += w * x[r7 + k];
  }
  finish4(t, n, s0);
  finish4(t + 1u, n, s1);
  finish4(t + 2u, n, s2);
  finish4(t + 3u, n, s3);
  finish4(t + 4u, n, s4);
  finish4(t + 5u, n, s5);
  finish4(t + 6u, n, s6);
  finish4(t + 7u, n, s7);
}
