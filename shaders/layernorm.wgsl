// One thread a row, no barrier: (x - mean) / sqrt(var + eps) * weight + bias, in two passes. For CPU adapters.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read> weight: array<f32>;            // [WIDTH]
@group(0) @binding(3) var<storage, read> bias: array<f32>;              // [WIDTH]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T or slots, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn layernorm(@builtin(global_invocation_id) id: vec3u) {
  let t = id.x;
  if (t >= current.count) {
    return;
  }
  let start = t * STRIDE;
  var sum = 0.0;
  for (var c = 0u; c < WIDTH; c++) {
    sum += x[start + c];
  }
  let mean = sum / f32(WIDTH);
  var squares = 0.0;
  for (var c = 0u; c < WIDTH; c++) {
    let d = x[start + c] - mean;
    squares += d * d;
  }
  let scale = 1.0 / sqrt(squares / f32(WIDTH) + EPS);
  let to = select(t, current.rows[t].slot, OUT_BY_SLOT) * STRIDE;
  for (var c = 0u; c < WIDTH; c++) {
    output[to + c] = (x[start + c] - mean) * scale * weight[c] + bias[c];
  }
}
