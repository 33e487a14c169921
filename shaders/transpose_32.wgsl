// Turns columns FROM_ROW .. FROM_ROW + ROWS - 1 of a matrix of 32-bit elements [IN, FROM_STRIDE] into the rows from TO_ROW on of a matrix
// of stride TO_STRIDE; columns past IN are zero.
@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

@compute @workgroup_size(8, 8)
fn transpose_32(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  let n = id.y;
  if (k >= TO_STRIDE || n >= ROWS) {
    return;
  }
  let start = min(k, IN - 1u) * FROM_STRIDE + FROM_ROW + n;
  output[(TO_ROW + n) * TO_STRIDE + k] = select(0u, source[start], k < IN);
}
