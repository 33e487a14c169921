// One workgroup a row and head: threads share its pairs, and the sum of squares of its norm. For GPUs.
@compute @workgroup_size(WORKGROUP)
fn rotary_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let t = group.y;
  if (head >= HEADS) {
    for (var c = lane; c < HS; c += WORKGROUP) {
      keep(t, head - HEADS, c);
    }
    return;
  }
  var root = 1.0;
  if (HAS_NORM) {
    let start = norm_start(t, head);
    let width = norm_width(head);
    var squares = 0.0;
    for (var c = lane; c < width; c += WORKGROUP) {
      squares += x[start + c] * x[start + c];
    }
    root = 1.0 / sqrt(total(lane, squares) / f32(width) + EPS);
  }
  for (var i = lane; i < HS - PAIRS; i += WORKGROUP) {
    turn(t, head, i, root);
  }
}
