// Copies keys and values of the rows into their slots of a layer's cache.
@group(0) @binding(1) var<storage, read> k: array<f32>;                 // [T, K_STRIDE], from column K_OFFSET
@group(0) @binding(2) var<storage, read> v: array<f32>;                 // [T, V_STRIDE], from column V_OFFSET
@group(0) @binding(3) var<storage, read_write> kv: array<f32>;          // [slots, KV_STRIDE]: keys, then values

@compute @workgroup_size(WORKGROUP)
fn kv_append(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  let t = id.y;
  if (c >= WIDTH || t >= current.count) {
    return;
  }
  let at = current.rows[t].slot * KV_STRIDE + c;
  kv[at] = k[t * K_STRIDE + K_OFFSET + c];
  kv[at + WIDTH] = v[t * V_STRIDE + V_OFFSET + c];
}
