// Part: products of one row of x with four rows of the matrix, on a GPU without subgroups: the threads of a workgroup stride over K and a tree in
// its memory adds their parts.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

var<workgroup> parts: array<vec4f, WORKGROUP>;

// With the row of x that begins at x0; all threads call it.
fn four_products(n: vec4u, x0: u32, lane: u32) -> vec4f {
  var sum = vec4f();
  for (var k = lane; k < K4; k += WORKGROUP) {
    let v = x[x0 + k];
    sum += vec4f(dot(weight4(n.x, k), v), dot(weight4(n.y, k), v), dot(weight4(n.z, k), v), dot(weight4(n.w, k), v));
  }
  parts[lane] = sum;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half >>= 1u) {
    if (lane < half) {
      parts[lane] += parts[lane + half];
    }
    workgroupBarrier();
  }
  return parts[0];
}
