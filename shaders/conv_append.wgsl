// Copies what a short convolution takes in, times the gate where there is one, into the slots of the rows.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, X_STRIDE], from column X_OFFSET
@group(0) @binding(2) var<storage, read> gates: array<f32>;             // [T, GATE_STRIDE], from column GATE_OFFSET
@group(0) @binding(3) var<storage, read_write> kept: array<f32>;        // [slots, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn conv_append(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  let t = id.y;
  if (c >= WIDTH || t >= current.count) {
    return;
  }
  var y = x[t * X_STRIDE + X_OFFSET + c];
  if (GATED) {
    y *= gates[t * GATE_STRIDE + GATE_OFFSET + c];
  }
  kept[current.rows[t].slot * STRIDE + c] = y;
}
