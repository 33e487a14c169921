// Part: writes a number of a layer's keys or values, f32 as it is, or packed f16, two to a word. The halves of a word may be written by two threads at
// once: each clears its own sixteen bits and then sets them, and leaves the others as they are.
@group(0) @binding(6) var<storage, read_write> kv: array<atomic<u32>>;  // [slots, KV_STRIDE numbers]: keys, then values

// The largest f16: what is larger has no defined packing.
const LARGEST_HALF: f32 = 65504.0;

fn keep_in_cache(at: u32, y: f32) {
  if (KV_F16) {
    let shift = 16u * (at & 1u);
    let half = pack2x16float(vec2f(clamp(y, -LARGEST_HALF, LARGEST_HALF), 0.0)) & 0xffffu;
    atomicAnd(&kv[at / 2u], ~(0xffffu << shift));
    atomicOr(&kv[at / 2u], half << shift);
  } else {
    atomicStore(&kv[at], bitcast<u32>(y));
  }
}
