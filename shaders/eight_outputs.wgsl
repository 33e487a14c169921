// Part: what a thread that owns eight outputs of a row leaves.
// Outputs n .. n + 7 of row t.
fn finish8(t: u32, n: u32, low: vec4f, high: vec4f) {
  if (t >= current.count) {
    return;
  }
  for (var i = 0u; i < min(8u, ROWS - n); i++) {
    finish(t, ROW0 + n + i, select(low[i & 3u], high[i & 3u], i > 3u));
  }
}
