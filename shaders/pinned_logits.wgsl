// Logits of a few pinned ids for many rows: the product of their rows of the head with stored final states. A head in several parts is one
// dispatch a part: each writes the ids that fall into it.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;               // [slots, K4]
@group(0) @binding(3) var<storage, read> pins: array<u32>;              // [PINS]
@group(0) @binding(4) var<storage, read> bias: array<f32>;              // [V]
@group(0) @binding(5) var<storage, read_write> output: array<f32>;      // [T, PINS]

@compute @workgroup_size(WORKGROUP)
fn pinned_logits(@builtin(global_invocation_id) id: vec3u) {
  let pin = id.x;
  let t = id.y;
  if (pin >= PINS || t >= current.count) {
    return;
  }
  let n = pins[pin];
  if (n < ROW0 || n >= ROW0 + ROWS) {
    return;
  }
  let x0 = current.rows[t].slot * K4;
  var sum = 0.0;
  for (var k = 0u; k < K4; k++) {
    sum += dot(weight4(n - ROW0, k), x[x0 + k]);
  }
  if (HAS_BIAS) {
    sum += bias[n];
  }
  output[t * PINS + pin] = capped(sum * FACTOR);
}
