// How quickly an adapter reads its memory: sums of a long buffer, of which a workgroup has one stretch and its threads read side by side.
//
// The length is read, not known: a loop of a known length some drivers unroll, which takes them long.
@group(0) @binding(0) var<storage, read> numbers: array<vec4f>;     // [groups, rounds, 4, WORKGROUP]
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;    // [groups, WORKGROUP]

@compute @workgroup_size(WORKGROUP)
fn rate_read(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let stretch = arrayLength(&numbers) / groups.x;
  let end = (group.x + 1u) * stretch;
  var sum = vec4f();
  for (var at = group.x * stretch + lane; at < end; at += 4u * WORKGROUP) {
    let first = numbers[at] + numbers[at + WORKGROUP];
    sum += first + (numbers[at + 2u * WORKGROUP] + numbers[at + 3u * WORKGROUP]);
  }
  sums[group.x * WORKGROUP + lane] = sum.x + sum.y + sum.z + sum.w;
}
