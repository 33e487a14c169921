// One workgroup a row: a norm plus a residual, and then the norm of that sum; both are kept. Each thread reads again only what it wrote. For GPUs.
@compute @workgroup_size(WORKGROUP)
fn rmsnorm_twice_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let t = group.x;
  var squares = 0.0;
  for (var c = lane; c < WIDTH; c += WORKGROUP) {
    squares += x[t * STRIDE + c] * x[t * STRIDE + c];
  }
  let root = 1.0 / sqrt(total(lane, squares) / f32(WIDTH) + EPS);
  squares = 0.0;
  for (var c = lane; c < WIDTH; c += WORKGROUP) {
    let y = add_normed(t, c, root);
    squares += y * y;
  }
  let next_root = 1.0 / sqrt(total(lane, squares) / f32(WIDTH) + NEXT_EPS);
  for (var c = lane; c < WIDTH; c += WORKGROUP) {
    norm_sum(t, c, next_root);
  }
}
