// Some rows, no barrier: a thread owns eight outputs of four rows, so that each load of a weight serves four products. For CPU adapters, where a barrier
// costs more than the whole product.
@compute @workgroup_size(WORKGROUP)
fn linear_few(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 8u;
  let t = id.y * 4u;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let last = vec4u(ROWS - 1u);
  var few = few_products(t, min(n + vec4u(0u, 1u, 2u, 3u), last), min(n + vec4u(4u, 5u, 6u, 7u), last));
  for (var i = 0u; i < 4u; i++) {
    finish8(t + i, n, few.low[i], few.high[i]);
  }
}
