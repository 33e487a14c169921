// One workgroup a row: the sums of mean and variance go through a tree in workgroup memory. For GPUs.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read> weight: array<f32>;            // [WIDTH]
@group(0) @binding(3) var<storage, read> bias: array<f32>;              // [WIDTH]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T or slots, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn layernorm_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = group.x;
  let start = t * STRIDE;
  var sum = 0.0;
  for (var c = lane; c < WIDTH; c += WORKGROUP) {
    sum += x[start + c];
  }
  let mean = total(lane, sum) / f32(WIDTH);
  var squares = 0.0;
  for (var c = lane; c < WIDTH; c += WORKGROUP) {
    let d = x[start + c] - mean;
    squares += d * d;
  }
  let scale = 1.0 / sqrt(total(lane, squares) / f32(WIDTH) + EPS);
  let to = select(t, current.rows[t].slot, OUT_BY_SLOT) * STRIDE;
  for (var c = lane; c < WIDTH; c += WORKGROUP) {
    output[to + c] = (x[start + c] - mean) * scale * weight[c] + bias[c];
  }
}
