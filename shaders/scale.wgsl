// output = x * FACTOR.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn scale(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= STRIDE || id.y >= current.count) {
    return;
  }
  let at = id.y * STRIDE + id.x;
  output[at] = x[at] * FACTOR;
}
