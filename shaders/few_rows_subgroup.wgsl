// Part: what a thread leaves of a product of several rows, on a GPU with subgroups of any size. These need not be runs of lanes in order: the first lane of each
// leaves their sum at its own place, the others leave zero.
fn part_of(sum: vec4f, place: u32) -> vec4f {
  let joined = subgroupAdd(sum);
  return select(vec4f(), joined, place == 0u);
}
