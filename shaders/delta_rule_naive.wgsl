// One thread a column of a value head's matrix, which stays in the buffer of states: row after row, the rule as it is written down.
@group(0) @binding(5) var<storage, read> x: array<f32>;                 // [T, X_STRIDE]: queries, keys, values, heads side by side
@group(0) @binding(6) var<storage, read_write> state: array<f32>;       // [states, NV * DK * DV]
@group(0) @binding(7) var<storage, read_write> output: array<f32>;      // [T, OUT_STRIDE]

fn scale_to_unit(at: u32) -> f32 {
  var squares = 0.0;
  for (var i = 0u; i < DK; i++) {
    squares += x[at + i] * x[at + i];
  }
  return 1.0 / sqrt(squares + L2_EPS);
}

@compute @workgroup_size(WORKGROUP)
fn delta_rule_naive(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= NV * DV) {
    return;
  }
  let h = column / DV;
  let in_state = h * DK * DV + column % DV;
  let key_head = key_head_of(h);
  let own = current.state_to * NV * DK * DV + in_state;
  for (var i = 0u; i < DK; i++) {
    let before = state[current.state_from * NV * DK * DV + in_state + i * DV];
    state[own + i * DV] = select(0.0, before, current.rows[0].position > 0u);
  }
  for (var t = 0u; t < current.count; t++) {
    let q_at = t * X_STRIDE + key_head * DK;
    let k_at = q_at + NK * DK;
    let q_scale = scale_to_unit(q_at) * SCALE;
    let k_scale = scale_to_unit(k_at);
    let kept = share_kept(t, h);
    var found = 0.0;
    for (var i = 0u; i < DK; i++) {
      found += state[own + i * DV] * kept * (x[k_at + i] * k_scale);
    }
    let delta = share_written(t, h) * (x[t * X_STRIDE + 2u * NK * DK + column] - found);
    var sum = 0.0;
    for (var i = 0u; i < DK; i++) {
      let s = state[own + i * DV] * kept + x[k_at + i] * k_scale * delta;
      state[own + i * DV] = s;
      sum += s * (x[q_at + i] * q_scale);
    }
    output[t * OUT_STRIDE + column] = sum;
  }
}
