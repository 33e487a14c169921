// Part: what happens to a finished sum of a linear op: bias, activation, factor, cap, then the cache or the residual and the output.
@group(0) @binding(3) var<storage, read> bias: array<f32>;              // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>;          // [T, OUT_STRIDE]
@group(0) @binding(5) var<storage, read_write> output: array<f32>;      // [T, OUT_STRIDE]

// Finishes column n (over the whole matrix, not its part) of row t.
fn finish(t: u32, n: u32, sum: f32) {
  var y = sum;
  if (HAS_BIAS) {
    y += bias[n];
  }
  y = capped(activate(y) * FACTOR);
  if (HAS_KV) {
    if (n >= KV_FROM) {
      keep_in_cache(current.rows[t].slot * KV_STRIDE + n - KV_FROM, y);
      return;
    }
  }
  let at = t * OUT_STRIDE + n;
  if (HAS_RESIDUAL) {
    y += residual[at];
  }
  output[at] = y;
}
