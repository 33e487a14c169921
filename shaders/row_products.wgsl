// Part: products of one row of x with eight rows of the matrix, by one thread without a barrier: each load of x serves eight products.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

struct Eight {
  low: vec4f,   // with rows n of the matrix
  high: vec4f,  // with rows m
}

// The row of x that begins at x0.
fn row_products(x0: u32, n: vec4u, m: vec4u) -> Eight {
  var low = vec4f();
  var high = vec4f();
  for (var k = 0u; k < K4; k++) {
    let v = x[x0 + k];
    low += vec4f(dot(weight4(n.x, k), v), dot(weight4(n.y, k), v), dot(weight4(n.z, k), v), dot(weight4(n.w, k), v));
    high += vec4f(dot(weight4(m.x, k), v), dot(weight4(m.y, k), v), dot(weight4(m.z, k), v), dot(weight4(m.w, k), v));
  }
  return Eight(low, high);
}
