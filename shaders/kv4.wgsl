// Part: keys and values of a layer, four numbers at a time: f32 as it is, or packed f16, two to a word.
@group(0) @binding(2) var<storage, read> kv: array<vec4u>;              // [slots, KV_STRIDE numbers]: keys, then values

// Numbers 4 * at .. 4 * at + 3.
fn kv4(at: u32) -> vec4f {
  if (KV_F16) {
    let words = kv[at / 2u];
    let pair = select(words.xy, words.zw, at % 2u == 1u);
    return vec4f(unpack2x16float(pair.x), unpack2x16float(pair.y));
  }
  return bitcast<vec4f>(kv[at]);
}
