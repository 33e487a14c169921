// Few rows through a gated product, no barrier: a thread owns four gates of one row and what they let through. For CPU adapters.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T, K4]

@compute @workgroup_size(WORKGROUP)
fn linear_gated_row(@builtin(global_invocation_id) id: vec3u) {
  let n = id.x * 4u;
  let t = id.y;
  if (n >= HALF || t >= current.count) {
    return;
  }
  let last = HALF - 1u;
  let n1 = min(n + 1u, last);
  let n2 = min(n + 2u, last);
  let n3 = min(n + 3u, last);
  var gates = vec4f();
  var through = vec4f();
  for (var k = 0u; k < K4; k++) {
    let v = x[t * K4 + k];
    gates += vec4f(dot(weight4(n, k), v), dot(weight4(n1, k), v), dot(weight4(n2, k), v), dot(weight4(n3, k), v));
    through += vec4f(
      dot(weight4(HALF + n, k), v),
      dot(weight4(HALF + n1, k), v),
      dot(weight4(HALF + n2, k), v),
      dot(weight4(HALF + n3, k), v),
    );
  }
  finish_pairs(t, n, gates, through);
}
