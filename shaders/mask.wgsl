// output = m * x + (1 - m) * baseline: groups of columns switched off by a mask, or put back.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read> masks: array<f32>;             // this op's begin at MASK, one for GROUP columns
@group(0) @binding(3) var<storage, read> baselines: array<f32>;         // this op's begin at BASELINE, one a column
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn mask(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= WIDTH || id.y >= current.count) {
    return;
  }
  let at = id.y * STRIDE + id.x;
  let m = masks[MASK + id.x / GROUP];
  output[at] = m * x[at] + (1.0 - m) * baselines[BASELINE + id.x];
}
