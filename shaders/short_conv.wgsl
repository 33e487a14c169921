// One thread a row and channel: the channel's last inputs, found in the pool by position, times their weights; then bias and gate.
@group(0) @binding(1) var<storage, read> kept: array<f32>;              // [slots, STRIDE]
@group(0) @binding(2) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(3) var<storage, read> weight: array<f32>;            // [WIDTH, TAPS]: the position itself last
@group(0) @binding(4) var<storage, read> bias: array<f32>;              // [WIDTH]
@group(0) @binding(5) var<storage, read> gates: array<f32>;             // [T, GATE_STRIDE], from column GATE_OFFSET
@group(0) @binding(6) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn short_conv(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  let t = id.y;
  if (c >= WIDTH || t >= current.count) {
    return;
  }
  let row = current.rows[t];
  let table = row.table;
  var sum = 0.0;
  // Taps before position 0 have nothing to weigh.
  for (var j = TAPS - min(TAPS, row.position + 1u); j < TAPS; j++) {
    let slot = slots[table + row.position + 1u + j - TAPS];
    sum += weight[c * TAPS + j] * kept[slot * STRIDE + c];
  }
  if (HAS_BIAS) {
    sum += bias[c];
  }
  if (GATED) {
    sum *= gates[t * GATE_STRIDE + GATE_OFFSET + c];
  }
  output[t * STRIDE + c] = sum;
}
