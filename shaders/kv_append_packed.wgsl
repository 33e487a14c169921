// Copies keys and values of the rows into their slots of a layer's cache as packed f16, two to a word.
@group(0) @binding(1) var<storage, read> k: array<f32>;                 // [T, K_STRIDE], from column K_OFFSET
@group(0) @binding(2) var<storage, read> v: array<f32>;                 // [T, V_STRIDE], from column V_OFFSET
@group(0) @binding(3) var<storage, read_write> kv: array<u32>;          // [slots, KV_STRIDE / 2]: keys, then values

// The largest f16: what is larger has no defined packing.
const LARGEST: vec2f = vec2f(65504.0);

@compute @workgroup_size(WORKGROUP)
fn kv_append_packed(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x * 2u;
  let t = id.y;
  if (c >= WIDTH || t >= current.count) {
    return;
  }
  let k_at = t * K_STRIDE + K_OFFSET + c;
  let v_at = t * V_STRIDE + V_OFFSET + c;
  let at = (current.rows[t].slot * KV_STRIDE + c) / 2u;
  kv[at] = pack2x16float(clamp(vec2f(k[k_at], k[k_at + 1u]), -LARGEST, LARGEST));
  kv[at + WIDTH / 2u] = pack2x16float(clamp(vec2f(v[v_at], v[v_at + 1u]), -LARGEST, LARGEST));
}
