// One thread a row and group of columns, no barrier: x / sqrt(mean of x * x + eps) * factor, plus a residual. For CPU adapters.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, X_STRIDE], from column X_OFFSET
@group(0) @binding(2) var<storage, read> weight: array<f32>;            // [STRIDE]
@group(0) @binding(3) var<storage, read> residual: array<f32>;          // [T, STRIDE]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T or slots, STRIDE]

@compute @workgroup_size(WORKGROUP)
fn rmsnorm(@builtin(global_invocation_id) id: vec3u) {
  let t = id.x;
  let first = id.y * GROUP;
  let width = select(GROUP, LAST, id.y + 1u == GROUPS);
  if (t >= current.count) {
    return;
  }
  let start = t * X_STRIDE + X_OFFSET + first;
  var squares = 0.0;
  for (var c = 0u; c < width; c++) {
    squares += x[start + c] * x[start + c];
  }
  let root = 1.0 / sqrt(squares / f32(width) + EPS);
  let to = select(t, current.rows[t].slot, OUT_BY_SLOT) * STRIDE + first;
  for (var c = 0u; c < width; c++) {
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
