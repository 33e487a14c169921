// One thread a row, no barrier: a norm plus a residual, and then the norm of that sum; both are kept. For CPU adapters.
@compute @workgroup_size(WORKGROUP)
fn rmsnorm_twice(@builtin(global_invocation_id) id: vec3u) {
  let t = id.x;
  if (t >= current.count) {
    return;
  }
  var squares = 0.0;
  for (var c = 0u; c < WIDTH; c++) {
    squares += x[t * STRIDE + c] * x[t * STRIDE + c];
  }
  let root = 1.0 / sqrt(squares / f32(WIDTH) + EPS);
  squares = 0.0;
  for (var c = 0u; c < WIDTH; c++) {
    let y = add_normed(t, c, root);
    squares += y * y;
  }
  let next_root = 1.0 / sqrt(squares / f32(WIDTH) + NEXT_EPS);
  for (var c = 0u; c < WIDTH; c++) {
    norm_sum(t, c, next_root);
  }
}
