// Part: keys and values of a layer, one number at a time: f32 as it is, or packed f16, two to a word.
@group(0) @binding(2) var<storage, read> kv: array<u32>;                // [slots, KV_STRIDE numbers]: keys, then values

fn kv1(at: u32) -> f32 {
  if (KV_F16) {
    let pair = unpack2x16float(kv[at / 2u]);
    return select(pair.x, pair.y, at % 2u == 1u);
  }
  return bitcast<f32>(kv[at]);
}
