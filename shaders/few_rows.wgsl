// Part: products of eight rows of x with four rows of the matrix, on a GPU: the threads of a workgroup stride over K, and a weight is read once for eight
// rows.
var<private> s0: vec4f;
var<private> s1: vec4f;
var<private> s2: vec4f;
var<private> s3: vec4f;
var<private> s4: vec4f;
var<private> s5: vec4f;
var<private> s6: vec4f;
var<private> s7: vec4f;

// The part of a thread: rows t .. t + 7 of x, rows n of the matrix.
fn own_products(n: vec4u, t: u32, lane: u32) {
  let r0 = x_row(t);
  let r1 = x_row(t + 1u);
  let r2 = x_row(t + 2u);
  let r3 = x_row(t + 3u);
  let r4 = x_row(t + 4u);
  let r5 = x_row(t + 5u);
  let r6 = x_row(t + 6u);
  let r7 = x_row(t + 7u);
  for (var k = lane; k < K4; k += WORKGROUP) {
    let w = mat4x4f(weight4(n.x, k), weight4(n.y, k), weight4(n.z, k), weight4(n.w, k));
    s0 += dots(w, x[r0 + k]);
    s1 += dots(w, x[r1 + k]);
    s2 += dots(w, x[r2 + k]);
    s3 += dots(w, x[r3 + k]);
    s4 += dots(w, x[r4 + k]);
    s5 += dots(w, x[r5 + k]);
    s6 += dots(w, x[r6 + k]);
    s7 += dots(w, x[r7 + k]);
  }
}
