// One workgroup a row and group of columns: the sum of squares goes through a tree in workgroup memory. For GPUs.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, X_STRIDE], from column X_OFFSET
@group(0) @binding(2) var<storage, read> weight: array<f32>;            // [STRIDE]
@group(0) @binding(3) var<storage, read> residual: array<f32>;          // [T, STRIDE]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T or slots, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn rmsnorm_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = group.x;
  let first = group.y * GROUP;
  let width = select(GROUP, LAST, group.y + 1u == GROUPS);
  let start = t * X_STRIDE + X_OFFSET + first;
  var squares = 0.0;
  for (var c = lane; c < width; c += WORKGROUP) {
    squares += x[start + c] * x[start + c];
  }
  let root = 1.0 / sqrt(total(lane, squares) / f32(width) + EPS);
  let to = select(t, current.rows[t].slot, OUT_BY_SLOT) * STRIDE + first;
  for (var c = lane; c < width; c += WORKGROUP) {
    var y = x[start + c] * root;
    if (HAS_WEIGHT) {
      y *= select(0.0, 1.0, PLUS_ONE) + weight[first + c];
    }
    if (HAS_RESIDUAL) {
      y += residual[t * STRIDE + first + c];
    }
    output[to + c] = y;
  }
}
