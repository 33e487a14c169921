// Part: what one thread multiplies of four rows of the matrix and one row of x, where several threads share out the units of a row.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

// Rows n of the matrix and the row of x that begins at x0, by the thread at `place` of `threads`.
fn own_sums(n: vec4u, x0: u32, place: u32, threads: u32) -> vec4f {
  var sum = vec4f();
  for (var unit = place; unit < K4 / UNIT; unit += threads) {
    sum += vec4f(unit_dot(n.x, unit, x0), unit_dot(n.y, unit, x0), unit_dot(n.z, unit, x0), unit_dot(n.w, unit, x0));
  }
  return sum;
}
