// Part: rows of x for several at a time, the last one again where there are too few, and products with four rows of the matrix.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

// Where row t of x begins.
fn x_row(t: u32) -> u32 {
  let inside = min(t, current.count - 1u);
  return select(inside, current.rows[inside].slot, X_BY_SLOT) * K4;
}

fn dots(w: mat4x4f, v: vec4f) -> vec4f {
  return vec4f(dot(w[0], v), dot(w[1], v), dot(w[2], v), dot(w[3], v));
}
