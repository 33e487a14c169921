// Few rows, no barrier: a thread owns eight outputs of one row, so each load of x serves eight products. For CPU adapters,
// where a barrier costs more than the whole product.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

@compute @workgroup_size(WORKGROUP)
fn linear_row(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 8u;
  let t = id.y;
  if (n >= ROWS || t >= current.count) {
    return;
  }
  let x0 = select(t, current.rows[t].slot, X_BY_SLOT) * K4;
  let last = ROWS - 1u;
  let n1 = min(n + 1u, last);
  let n2 = min(n + 2u, last);
  let n3 = min(n + 3u, last);
  let n4 = min(n + 4u, last);
  let n5 = min(n + 5u, last);
  let n6 = min(n + 6u, last);
  let n7 = min(n + 7u, last);
  var low = vec4f();
  var high = vec4f();
  for (var k = 0u; k < K4; k++) {
    let v = x[x0 + k];
    low += vec4f(dot(weight4(n, k), v), dot(weight4(n1, k), v), dot(weight4(n2, k), v), dot(weight4(n3, k), v));
    high += vec4f(dot(weight4(n4, k), v), dot(weight4(n5, k), v), dot(weight4(n6, k), v), dot(weight4(n7, k), v));
  }
  finish8(t, n, low, high);
}
