// The sum of one number of every thread of a workgroup, through a tree in its memory; all threads call it, and all get it.
var<workgroup> parts: array<f32, WORKGROUP>;

fn total(lane: u32, part: f32) -> f32 {
  parts[lane] = part;
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half >>= 1u) {
    if (lane < half) {
      parts[lane] += parts[lane + half];
    }
    workgroupBarrier();
  }
  let sum = parts[0];
  workgroupBarrier();
  return sum;
}
