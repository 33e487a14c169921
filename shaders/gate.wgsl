// output = x * activation of the gate, by the constant ACTIVATION.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read> gates: array<f32>;             // [T, GATE_STRIDE], from column GATE_OFFSET
@group(0) @binding(3) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn gate(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= WIDTH || id.y >= current.count) {
    return;
  }
  let at = id.y * STRIDE + id.x;
  output[at] = x[at] * activate(gates[id.y * GATE_STRIDE + GATE_OFFSET + id.x]);
}
