// Part: products of one row of x with four rows of the matrix, on a GPU with subgroups of any size: the threads of a workgroup stride over K,
// subgroupAdd joins the lanes and one barrier joins the subgroups.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

var<workgroup> parts: array<vec4f, WORKGROUP>;

// With the row of x that begins at x0; all threads call it with their place in their subgroup and its size, and all get the sums.
fn four_products(n: vec4u, x0: u32, lane: u32, place: u32, size: u32) -> vec4f {
  var sum = vec4f();
  for (var k = lane; k < K4; k += WORKGROUP) {
    let v = x[x0 + k];
    sum += vec4f(dot(weight4(n.x, k), v), dot(weight4(n.y, k), v), dot(weight4(n.z, k), v), dot(weight4(n.w, k), v));
  }
  let joined = subgroupAdd(sum);
  // Subgroups need not be runs of lanes in order: each first lane leaves its part at its own place, the others leave zero.
  parts[lane] = select(vec4f(), joined, place == 0u);
  workgroupBarrier();
  var own = vec4f();
  for (var i = place; i < WORKGROUP; i += size) {
    own += parts[i];
  }
  return subgroupAdd(own);
}
