// out[t] = table[id or position of row t] * FACTOR + residual[t]. A table in several parts is one dispatch a part: each writes the
// rows whose index falls into it.
@group(0) @binding(2) var<storage, read> residual: array<vec4f>;        // [T, K4]
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;    // [T, K4]

@compute @workgroup_size(WORKGROUP)
fn embedding(@builtin(global_invocation_id) id: vec3u) {
  let k = id.x;
  let t = id.y;
  if (k >= K4 || t >= current.count) {
    return;
  }
  let row = current.rows[t];
  let index = select(row.id, row.position, BY_POSITION);
  if (index < ROW0 || index >= ROW0 + ROWS) {
    return;
  }
  var y = weight4(index - ROW0, k) * FACTOR;
  if (HAS_RESIDUAL) {
    y += residual[t * K4 + k];
  }
  output[t * K4 + k] = y;
}
