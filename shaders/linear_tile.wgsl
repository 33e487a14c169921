// Many rows, no barrier: a thread owns a register tile of 8 rows by 8 outputs, so each load serves 8 products of four.
// For CPU adapters, whose loads cost more than their products.
@compute @workgroup_size(WORKGROUP)
fn linear_tile(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 8u;
  let t = id.y * 8u;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let last = ROWS - 1u;
  let n1 = min(n + 1u, last);
  let n2 = min(n + 2u, last);
  let n3 = min(n + 3u, last);
  let n4 = min(n + 4u, last);
  let n5 = min(n + 5u, last);
  let n6 = min(n + 6u, last);
  let n7 = min(n + 7u, last);
  let r0 = x_row(t);
  let r1 = x_row(t + 1u);
  let r2 = x_row(t + 2u);
  let r3 = x_row(t + 3u);
  let r4 = x_row(t + 4u);
  let r5 = x_row(t + 5u);
  let r6 = x_row(t + 6u);
  let r7 = x_row(t + 7u);
  var low0 = vec4f();
  var high0 = vec4f();
  var low1 = vec4f();
  var high1 = vec4f();
  var low2 = vec4f();
  var high2 = vec4f();
  var low3 = vec4f();
  var high3 = vec4f();
  var low4 = vec4f();
  var high4 = vec4f();
  var low5 = vec4f();
  var high5 = vec4f();
  var low6 = vec4f();
  var high6 = vec4f();
  var low7 = vec4f();
  var high7 = vec4f();
  for (var k = 0u; k < K4; k++) {
    let a = transpose(mat4x4f(weight4(n, k), weight4(n1, k), weight4(n2, k), weight4(n3, k)));
    let b = transpose(mat4x4f(weight4(n4, k), weight4(n5, k), weight4(n6, k), weight4(n7, k)));
    let x0 = x[r0 + k];
    low0 += a * x0;
    high0 += b * x0;
    let x1 = x[r1 + k];
    low1 += a * x1;
    high1 += b * x1;
    let x2 = x[r2 + k];
    low2 += a * x2;
    high2 += b * x2;
    let x3 = x[r3 + k];
    low3 += a * x3;
    high3 += b * x3;
    let x4 = x[r4 + k];
    low4 += a * x4;
    high4 += b * x4;
    let x5 = x[r5 + k];
    low5 += a * x5;
    high5 += b * x5;
    let x6 = x[r6 + k];
    low6 += a * x6;
    high6 += b * x6;
    let x7 = x[r7 + k];
    low7 += a * x7;
    high7 += b * x7;
  }
  // In one place: eight of them take a CPU adapter twice as long to compile.
  let low = array<vec4f, 8>(low0, low1, low2, low3, low4, low5, low6, low7);
  let high = array<vec4f, 8>(high0, high1, high2, high3, high4, high5, high6, high7);
  for (var i = 0u; i < 8u; i++) {
    finish8(t + i, n, low[i], high[i]);
  }
}
