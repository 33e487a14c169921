// One thread a row and head, no barrier: the norm of the head or of all heads of its kind, then its turn. For CPU adapters.
@compute @workgroup_size(WORKGROUP)
fn rotary(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x;
  let t = id.y;
  if (t >= current.count || head >= ALL_HEADS) {
    return;
  }
  if (head >= HEADS) {
    for (var c = 0u; c < HS; c++) {
      keep(t, head - HEADS, c);
    }
    return;
  }
  var root = 1.0;
  if (HAS_NORM) {
    let start = norm_start(t, head);
    let width = norm_width(head);
    var squares = 0.0;
    for (var c = 0u; c < width; c++) {
      squares += x[start + c] * x[start + c];
    }
    root = 1.0 / sqrt(squares / f32(width) + EPS);
  }
  for (var i = 0u; i < HS - PAIRS; i++) {
    turn(t, head, i, root);
  }
}
