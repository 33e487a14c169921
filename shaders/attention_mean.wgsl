// Mean over heads of attention weights.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]: COLUMNS numbers a head
@group(0) @binding(2) var<storage, read_write> output: array<f32>;      // [T, COLUMNS]

@compute @workgroup_size(WORKGROUP)
fn attention_mean(@builtin(global_invocation_id) id: vec3u) {
  let s = id.x;
  let t = id.y;
  if (s >= COLUMNS || t >= current.count) {
    return;
  }
  var sum = 0.0;
  for (var head = 0u; head < NH; head++) {
    sum += x[t * STRIDE + head * COLUMNS + s];
  }
  output[t * COLUMNS + s] = sum / f32(NH);
}
