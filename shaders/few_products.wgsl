// Part: products of four rows of x with eight rows of the matrix, by one thread without a barrier. The sums of a row are those of linear_row, in its order.
struct Few {
  low: array<vec4f, 4>,   // [4 rows of x][4]: with rows n of the matrix
  high: array<vec4f, 4>,  // with rows m
}

// Rows t .. t + 3 of x.
fn few_products(t: u32, n: vec4u, m: vec4u) -> Few {
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
    let a = mat4x4f(weight4(n.x, k), weight4(n.y, k), weight4(n.z, k), weight4(n.w, k));
    let b = mat4x4f(weight4(m.x, k), weight4(m.y, k), weight4(m.z, k), weight4(m.w, k));
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
  return Few(array<vec4f, 4>(low0, low1, low2, low3), array<vec4f, 4>(high0, high1, high2, high3));
}
