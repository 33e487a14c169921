// Part: products of a block of 64 rows of x with 64 rows of the matrix, by a workgroup of 16 x 16 threads with a register tile of 4 by 4 each; slices of 16
// columns of both pass through workgroup memory.
const BLOCK: u32 = 64u;   // rows of x, and of the matrix
const SLICE4: u32 = 4u;   // columns of a slice, in vec4f

// [SLICE4][BLOCK]: neighbouring threads read neighbouring words.
var<workgroup> x_slice: array<vec4f, BLOCK * SLICE4>;
var<workgroup> w_slice: array<vec4f, BLOCK * SLICE4>;

// Which row of the block, of x or of the matrix, a thread brings a part of.
fn brings(lane: u32) -> u32 {
  return lane >> 2u;
}

// Of row i of a thread's four of x with its four of the matrix: those of the block that are (lane >> 4) + 16 i and (lane & 15) + 16 j. `t` begins the
// block; `n` is the row of the matrix that this thread brings.
fn block_products(t: u32, n: u32, lane: u32) -> array<vec4f, 4> {
  let n_lane = lane & 15u;
  let t_lane = lane >> 4u;
  // Each thread brings one vec4f of each slice: row `row` of the block, column `column` of the slice.
  let row = brings(lane);
  let column = lane & 3u;
  let x_at = x_row(t + row);

  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k0 = 0u; k0 < K4; k0 += SLICE4) {
    let k = k0 + column;
    let inside = k < K4;
    let k_safe = min(k, K4 - 1u);
    x_slice[column * BLOCK + row] = select(vec4f(), x[x_at + k_safe], inside);
    w_slice[column * BLOCK + row] = select(vec4f(), weight4(n, k_safe), inside);
    workgroupBarrier();
    for (var j = 0u; j < SLICE4; j++) {
      let base = j * BLOCK;
      let w = transpose(mat4x4f(
        w_slice[base + n_lane],
        w_slice[base + n_lane + 16u],
        w_slice[base + n_lane + 32u],
        w_slice[base + n_lane + 48u],
      ));
      s0 += w * x_slice[base + t_lane];
      s1 += w * x_slice[base + t_lane + 16u];
      s2 += w * x_slice[base + t_lane + 32u];
      s3 += w * x_slice[base + t_lane + 48u];
    }
    workgroupBarrier();
  }
  return array<vec4f, 4>(s0, s1, s2, s3);
}
