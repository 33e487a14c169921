// Few rows, no barrier: a thread owns eight outputs of one row. For CPU adapters, where a barrier costs more than the whole product.
@compute @workgroup_size(WORKGROUP)
fn linear_row(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 8u;
  let t = id.y;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let x0 = select(t, current.rows[t].slot, X_BY_SLOT) * K4;
  let last = vec4u(ROWS - 1u);
  let all = row_products(x0, min(n + vec4u(0u, 1u, 2u, 3u), last), min(n + vec4u(4u, 5u, 6u, 7u), last));
  finish8(t, n, all.low, all.high);
}
