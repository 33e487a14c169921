// Turns columns FROM_ROW .. FROM_ROW + ROWS - 1 of a matrix of 16-bit elements [IN, FROM_STRIDE] into the rows from TO_ROW on of a matrix
// of stride TO_STRIDE; two elements to a u32, strides even, columns past IN are zero.
@group(0) @binding(0) var<storage, read> source: array<u32>;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;

fn element(k: u32, n: u32) -> u32 {
  let at = min(k, IN - 1u) * FROM_STRIDE + FROM_ROW + n;
  let half = (source[at >> 1u] >> ((at & 1u) * 16u)) & 0xffffu;
  return select(0u, half, k < IN);
}

@compute @workgroup_size(8, 8)
fn transpose_16(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x * 2u;
  let n = id.y;
  if (k >= TO_STRIDE || n >= ROWS) {
    return;
  }
  output[((TO_ROW + n) * TO_STRIDE + k) >> 1u] = element(k, n) | (element(k + 1u, n) << 16u);
}
