// Part: products of eight rows of x with four rows of the matrix, on a GPU: the threads of a workgroup stride over K, a weight is read once for eight rows, and
// one barrier joins the threads.
const PART: u32 = WORKGROUP + 1u;  // vec4f from row to row of `parts`: rows begin in different banks
var<workgroup> parts: array<vec4f, 8u * PART>;

// Rows t .. t + 7 of x with rows n of the matrix, for all threads of a workgroup at once; then `sum_of` knows them.
fn join_products(n: vec4u, t: u32, lane: u32, place: u32) {
  let r0 = x_row(t);
  let r1 = x_row(t + 1u);
  let r2 = x_row(t + 2u);
  let r3 = x_row(t + 3u);
  let r4 = x_row(t + 4u);
  let r5 = x_row(t + 5u);
  let r6 = x_row(t + 6u);
  let r7 = x_row(t + 7u);
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var s4 = vec4f();
  var s5 = vec4f();
  var s6 = vec4f();
  var s7 = vec4f();
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
  parts[lane] = part_of(s0, place);
  parts[PART + lane] = part_of(s1, place);
  parts[2u * PART + lane] = part_of(s2, place);
  parts[3u * PART + lane] = part_of(s3, place);
  parts[4u * PART + lane] = part_of(s4, place);
  parts[5u * PART + lane] = part_of(s5, place);
  parts[6u * PART + lane] = part_of(s6, place);
  parts[7u * PART + lane] = part_of(s7, place);
  workgroupBarrier();
}

// Of row t + row of x with row n[column] of the matrix.
fn sum_of(row: u32, column: u32) -> f32 {
  var total = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) {
    total += parts[row * PART + i][column];
  }
  return total;
}
