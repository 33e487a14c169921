// One thread a channel, over the rows of the step in order: the last inputs before them come from the running state, and those of the last
// row go there for the next step.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, X_STRIDE], from column X_OFFSET
@group(0) @binding(2) var<storage, read> weight: array<f32>;            // [WIDTH, TAPS]: the position itself last
@group(0) @binding(3) var<storage, read_write> state: array<f32>;       // [states, (TAPS - 1) * WIDTH]: inputs, the latest last
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn state_conv(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= WIDTH) {
    return;
  }
  // The inputs of the last TAPS - 1 positions, and in the last place that of the row.
  var window: array<f32, TAPS>;
  if (current.rows[0].position > 0u) {
    for (var j = 0u; j + 1u < TAPS; j++) {
      window[j] = state[current.state_from * (TAPS - 1u) * WIDTH + j * WIDTH + c];
    }
  }
  for (var t = 0u; t < current.count; t++) {
    window[TAPS - 1u] = x[t * X_STRIDE + X_OFFSET + c];
    var sum = 0.0;
    for (var j = 0u; j < TAPS; j++) {
      sum += weight[c * TAPS + j] * window[j];
    }
    output[t * STRIDE + c] = activate(sum);
    for (var j = 0u; j + 1u < TAPS; j++) {
      window[j] = window[j + 1u];
    }
  }
  for (var j = 0u; j + 1u < TAPS; j++) {
    state[current.state_to * (TAPS - 1u) * WIDTH + j * WIDTH + c] = window[j];
  }
}
