// Part: products of eight rows of x with eight rows of the matrix, by one thread without a barrier: a register tile, in which each load serves eight products
// of four.
struct Tile {
  low: array<vec4f, 8>,   // [8 rows of x][4]: with rows n of the matrix
  high: array<vec4f, 8>,  // with rows m
}

// Rows t .. t + 7 of x.
fn tile_products(t: u32, n: vec4u, m: vec4u) -> Tile {
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
    let a = transpose(mat4x4f(weight4(n.x, k), weight4(n.y, k), weight4(n.z, k), weight4(n.w, k)));
    let b = transpose(mat4x4f(weight4(m.x, k), weight4(m.y, k), weight4(m.z, k), weight4(m.w, k)));
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
  return Tile(
    array<vec4f, 8>(low0, low1, low2, low3, low4, low5, low6, low7),
    array<vec4f, 8>(high0, high1, high2, high3, high4, high5, high6, high7),
  );
}
