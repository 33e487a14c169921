// Some rows, no barrier: a thread owns eight outputs of four rows, so that each load of a weight serves four products. The sums of a row are those of
// linear_row, in its order. For CPU adapters, where a barrier costs more than the whole product.
@compute @workgroup_size(WORKGROUP)
fn linear_few(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 8u;
  let t = id.y * 4u;
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
  var low0 = vec4f();
  var high0 = vec4f();
  var low1 = vec4f();
  var high1 = vec4f();
  var low2 = vec4f();
  var high2 = vec4f();
  var low3 = vec4f();
  var high3 = vec4f();
  for (var k = 0u; k < K4; k++) {
    let a = mat4x4f(weight4(n, k), weight4(n1, k), weight4(n2, k), weight4(n3, k));
    let b = mat4x4f(weight4(n4, k), weight4(n5, k), weight4(n6, k), weight4(n7, k));
    let x0 = x[r0 + k];
    low0 += dots(a, x0);
    high0 += dots(b, x0);
    let x1 = x[r1 + k];
    low1 += dots(a, x1);
    high1 += dots(b, x1);
    let x2 = x[r2 + k];
    low2 += dots(a, x2);
    high2 += dots(b, x2);
    let x3 = x[r3 + k];
    low3 += dots(a, x3);
    high3 += dots(b, x3);
  }
  finish8(t, n, low0, high0);
  finish8(t + 1u, n, low1, high1);
  finish8(t + 2u, n, low2, high2);
  finish8(t + 3u, n, low3, high3);
}
