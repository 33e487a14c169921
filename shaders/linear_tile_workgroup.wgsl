// Many rows, on a GPU: a workgroup of 16 x 16 threads owns a block of 64 rows by 64 outputs, a thread a register tile of
// 4 by 4; slices of 16 columns of x and of the weights pass through workgroup memory.
@group(0) @binding(2) var<storage, read> x: array<vec4f>;  // [T or slots, K4]

const BLOCK: u32 = 64u;   // rows and outputs of a block
const SLICE4: u32 = 4u;   // columns of a slice, in vec4f

// [SLICE4][BLOCK]: neighbouring threads read neighbouring words.
var<workgroup> x_slice: array<vec4f, BLOCK * SLICE4>;
var<workgroup> w_slice: array<vec4f, BLOCK * SLICE4>;

@compute @workgroup_size(256)
fn linear_tile_workgroup(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let n_block = group.x * BLOCK;
  let t_block = group.y * BLOCK;
  let n_lane = lane & 15u;
  let t_lane = lane >> 4u;

  // Each thread brings one vec4f of each slice: row `load_row` of the block, column `load_k` of the slice.
  let load_row = lane >> 2u;
  let load_k = lane & 3u;
  let t_load = min(t_block + load_row, current.count - 1u);
  let x_load = select(t_load, current.rows[t_load].slot, X_BY_SLOT) * K4;
  let n_load = min(n_block + load_row, ROWS - 1u);

  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var k0 = 0u; k0 < K4; k0 += SLICE4) {
    let k = k0 + load_k;
    let inside = k < K4;
    let k_safe = min(k, K4 - 1u);
    x_slice[load_k * BLOCK + load_row] = select(vec4f(), x[x_load + k_safe], inside);
    w_slice[load_k * BLOCK + load_row] = select(vec4f(), weight4(n_load, k_safe), inside);
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
  for (var i = 0u; i < 4u; i++) {
    let n = n_block + n_lane + 16u * i;
    if (n < ROWS) {
      let t = t_block + t_lane;
      if (t < current.count) { finish(t, ROW0 + n, s0[i]); }
      if (t + 16u < current.count) { finish(t + 16u, ROW0 + n, s1[i]); }
      if (t + 32u < current.count) { finish(t + 32u, ROW0 + n, s2[i]); }
      if (t + 48u < current.count) { finish(t + 48u, ROW0 + n, s3[i]); }
    }
  }
}
