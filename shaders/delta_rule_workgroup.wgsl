// One workgroup for COLUMNS columns of a value head's matrix: PARTS threads share a column, each holds a stretch of its rows over the rows
// of the step, and a row of the step takes two barriers. The sums are those of delta_rule. For GPUs.
@group(0) @binding(5) var<storage, read> x: array<f32>;                 // [T, X_STRIDE]: queries, keys, values, heads side by side
@group(0) @binding(6) var<storage, read_write> state: array<f32>;       // [states, NV * DK * DV]
@group(0) @binding(7) var<storage, read_write> output: array<f32>;      // [T, OUT_STRIDE]

const PARTS: u32 = WORKGROUP / COLUMNS;
const STRETCH: u32 = (DK + PARTS - 1u) / PARTS;
// Stretches are equally long: loops over them have constant bounds, and what they hold stays in registers.
const EVEN: bool = DK % PARTS == 0u;

// Of two rows of the step in turn, so that one is written while the other may still be read.
var<workgroup> keys: array<f32, 2u * DK>;
var<workgroup> queries: array<f32, 2u * DK>;
var<workgroup> sums: array<vec2f, WORKGROUP>;       // S^T k, S^T q
var<workgroup> products: array<vec3f, WORKGROUP>;   // k . k, q . q, k . q

@compute @workgroup_size(WORKGROUP)
fn delta_rule_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let h = group.x;
  let column = group.y * COLUMNS + lane % COLUMNS;
  let inside = column < DV;
  let part = lane / COLUMNS;
  let first = min(part * STRETCH, DK);
  let count = min(first + STRETCH, DK) - first;
  let key_head = key_head_of(h);
  let in_state = h * DK * DV + column;

  var own: array<f32, STRETCH>;
  if (inside && current.rows[0].position > 0u) {
    for (var i = 0u; i < STRETCH && (EVEN || i < count); i++) {
      own[i] = state[current.state_from * NV * DK * DV + in_state + (first + i) * DV];
    }
  }
  for (var t = 0u; t < current.count; t++) {
    let q_at = t * X_STRIDE + key_head * DK;
    let turn = t % 2u * DK;
    for (var i = lane; i < DK; i += WORKGROUP) {
      queries[turn + i] = x[q_at + i];
      keys[turn + i] = x[q_at + NK * DK + i];
    }
    workgroupBarrier();
    var sum = vec2f();
    var product = vec3f();
    for (var i = 0u; i < STRETCH && (EVEN || i < count); i++) {
      let k = keys[turn + first + i];
      let q = queries[turn + first + i];
      sum += own[i] * vec2f(k, q);
      product += vec3f(k * k, q * q, k * q);
    }
    sums[lane] = sum;
    products[lane] = product;
    workgroupBarrier();
    sum = vec2f();
    product = vec3f();
    for (var other = lane % COLUMNS; other < WORKGROUP; other += COLUMNS) {
      sum += sums[other];
      product += products[other];
    }
    let k_scale = 1.0 / sqrt(product.x + L2_EPS);
    let q_scale = SCALE / sqrt(product.y + L2_EPS);
    let kept = share_kept(t, h);
    let value = x[t * X_STRIDE + 2u * NK * DK + h * DV + min(column, DV - 1u)];
    let delta = share_written(t, h) * (value - kept * k_scale * sum.x);
    if (inside && part == 0u) {
      output[t * OUT_STRIDE + h * DV + column] = q_scale * (kept * sum.y + k_scale * product.z * delta);
    }
    for (var i = 0u; i < STRETCH && (EVEN || i < count); i++) {
      own[i] = kept * own[i] + keys[turn + first + i] * k_scale * delta;
    }
  }
  if (inside) {
    for (var i = 0u; i < STRETCH && (EVEN || i < count); i++) {
      state[current.state_to * NV * DK * DV + in_state + (first + i) * DV] = own[i];
    }
  }
}
