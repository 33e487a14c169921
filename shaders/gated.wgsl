// output[t, n] = activation(x[t, n]) * x[t, WIDTH + n], by the constant ACTIVATION.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, X_STRIDE]: the gate, then what it lets through
@group(0) @binding(2) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn gated(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= WIDTH || id.y >= current.count) {
    return;
  }
  let at = id.y * X_STRIDE + id.x;
  output[id.y * STRIDE + id.x] = activate(x[at]) * x[at + WIDTH];
}
