// output = activation(x), by the constant ACTIVATION.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn activation(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= WIDTH || id.y >= current.count) {
    return;
  }
  let at = id.y * STRIDE + id.x;
  output[at] = activate(x[at]);
}
