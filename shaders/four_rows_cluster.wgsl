// Part: products of one row of x with four rows of the matrix, on a GPU with subgroups: CLUSTER neighbouring lanes of a subgroup share a row and shuffles
// join them, so that there is no barrier and no workgroup memory.
// The number of a lane's cluster in its workgroup. Each subgroup of this size has a whole number of clusters.
fn cluster_of(subgroup: u32, size: u32, place: u32) -> u32 {
  return subgroup * (size / CLUSTER) + place / CLUSTER;
}

// With the row of x that begins at x0; all threads call it with their place in their subgroup, and every lane of a cluster gets the sums.
fn four_products(n: vec4u, x0: u32, place: u32) -> vec4f {
  var sum = own_sums(n, x0, place % CLUSTER, CLUSTER);
  for (var step = CLUSTER / 2u; step > 0u; step >>= 1u) {
    sum += subgroupShuffleXor(sum, step);
  }
  return sum;
}
