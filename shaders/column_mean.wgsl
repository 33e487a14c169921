// Adds the rows of this step, divided by their share of the whole text, to running column means.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read> total: array<f32>;             // [0]: positions of the whole text
@group(0) @binding(3) var<storage, read_write> output: array<f32>;      // this value's columns begin at BASELINE

@compute @workgroup_size(WORKGROUP)
fn column_mean(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x;
  if (n >= WIDTH) {
    return;
  }
  var sum = 0.0;
  for (var t = 0u; t < current.count; t++) {
    sum += x[t * STRIDE + n];
  }
  output[BASELINE + n] += sum / total[0];
}
