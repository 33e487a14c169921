// Part: what a thread that owns four gates of a row, and what they let through, leaves.
// Gates n .. n + 3 of row t.
fn finish_pairs(t: u32, n: u32, gates: vec4f, through: vec4f) {
  if (t >= current.count) {
    return;
  }
  for (var i = 0u; i < min(4u, HALF - n); i++) {
    finish_pair(t, n + i, gates[i], through[i]);
  }
}
