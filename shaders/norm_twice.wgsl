// Part: the two steps of a norm that is added to the residual stream and of the norm of that sum, number by number.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, STRIDE]
@group(0) @binding(2) var<storage, read> weight: array<f32>;            // [STRIDE]
@group(0) @binding(3) var<storage, read> residual: array<f32>;          // [T, STRIDE]
@group(0) @binding(4) var<storage, read> next_weight: array<f32>;       // [STRIDE]
@group(0) @binding(5) var<storage, read_write> sum: array<f32>;         // [T, STRIDE]
@group(0) @binding(6) var<storage, read_write> output: array<f32>;      // [T or slots, STRIDE]

// Column c of the norm of row t, plus the residual: the new residual, which is kept.
fn add_normed(t: u32, c: u32, root: f32) -> f32 {
  let at = t * STRIDE + c;
  var y = x[at] * root;
  if (HAS_WEIGHT) {
    y *= select(0.0, 1.0, PLUS_ONE) + weight[c];
  }
  y += residual[at];
  sum[at] = y;
  return y;
}

// Column c of the norm of what `add_normed` kept for row t.
fn norm_sum(t: u32, c: u32, root: f32) {
  var y = sum[t * STRIDE + c] * root;
  if (HAS_NEXT_WEIGHT) {
    y *= select(0.0, 1.0, NEXT_PLUS_ONE) + next_weight[c];
  }
  output[select(t, current.rows[t].slot, OUT_BY_SLOT) * STRIDE + c] = y;
}
