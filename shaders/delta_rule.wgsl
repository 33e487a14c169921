// One thread for four columns of a value head's matrix, which it holds itself over the rows of the step, no barrier. For CPU adapters.
//
// With S before the row, kept share g and written share b: S' = g S + k d, d = b (v - g S^T k), and S'^T q = g S^T q + (k . q) d, so that one
// walk over the rows of S gives all sums that a row of the step needs, and a second one makes S'.
@group(0) @binding(5) var<storage, read> x: array<f32>;                 // [T, X_STRIDE]: queries, keys, values, heads side by side
@group(0) @binding(6) var<storage, read_write> state: array<vec4f>;     // [states, NV * DK * DV / 4]
@group(0) @binding(7) var<storage, read_write> output: array<vec4f>;    // [T, OUT_STRIDE / 4]

const DV4: u32 = DV / 4u;

@compute @workgroup_size(WORKGROUP)
fn delta_rule(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= NV * DV4) {
    return;
  }
  let h = column / DV4;
  let in_state = h * DK * DV4 + column % DV4;
  let key_head = key_head_of(h);
  var own: array<vec4f, DK>;
  if (current.rows[0].position > 0u) {
    for (var i = 0u; i < DK; i++) {
      own[i] = state[current.state_from * NV * DK * DV4 + in_state + i * DV4];
    }
  }
  for (var t = 0u; t < current.count; t++) {
    let q_at = t * X_STRIDE + key_head * DK;
    let k_at = q_at + NK * DK;
    let v_at = t * X_STRIDE + 2u * NK * DK + 4u * column;
    var found = vec4f();
    var asked = vec4f();
    var products = vec3f(); // k . k, q . q, k . q
    for (var i = 0u; i < DK; i++) {
      let k = x[k_at + i];
      let q = x[q_at + i];
      found += own[i] * k;
      asked += own[i] * q;
      products += vec3f(k * k, q * q, k * q);
    }
    let k_scale = 1.0 / sqrt(products.x + L2_EPS);
    let q_scale = SCALE / sqrt(products.y + L2_EPS);
    let kept = share_kept(t, h);
    let value = vec4f(x[v_at], x[v_at + 1u], x[v_at + 2u], x[v_at + 3u]);
    let delta = share_written(t, h) * (value - kept * k_scale * found);
    output[t * (OUT_STRIDE / 4u) + column] = q_scale * (kept * asked + k_scale * products.z * delta);
    for (var i = 0u; i < DK; i++) {
      own[i] = kept * own[i] + x[k_at + i] * k_scale * delta;
    }
  }
  for (var i = 0u; i < DK; i++) {
    state[current.state_to * NV * DK * DV4 + in_state + i * DV4] = own[i];
  }
}
