// Part: products of one row of x with four rows of the matrix, on a GPU without subgroups: CLUSTER neighbouring threads of a workgroup share a row and
// a tree in its memory adds their parts.
var<workgroup> parts: array<vec4f, WORKGROUP>;

// With the row of x that begins at x0; all threads call it, and every thread of a cluster gets the sums.
fn four_products(n: vec4u, x0: u32, lane: u32) -> vec4f {
  let place = lane % CLUSTER;
  parts[lane] = own_sums(n, x0, place, CLUSTER);
  workgroupBarrier();
  for (var half = CLUSTER / 2u; half > 0u; half >>= 1u) {
    if (place < half) {
      parts[lane] += parts[lane + half];
    }
    workgroupBarrier();
  }
  return parts[lane - place];
}
