// One thread a row, stretch of keys and set of SERVED heads that share them, no barrier: online softmax over the stretch (Milakov and Gimelshein
// 2018), each key and value read once for all heads of the set. attention_join makes one of the stretches. For CPU adapters, long texts.
@group(0) @binding(1) var<storage, read> q: array<vec4f>;               // [T, Q_STRIDE / 4], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> stretches: array<vec4f>; // [T, NH, SPLITS, HS / 4 + 1]: weighted sum; maximum and sum

const HS4: u32 = HS / 4u;

@compute @workgroup_size(WORKGROUP)
fn attention_split(@builtin(global_invocation_id) id: vec3u) {
  let split = id.x % SPLITS;
  let head = id.x / SPLITS * SERVED;
  let t = id.y;
  if (head >= NH || t >= current.count) {
    return;
  }
  let row = current.rows[t];
  let stretch = stretch_of(row.position);
  let begin = first_seen(row.position) + split * stretch;
  if (begin > row.position) {
    return;
  }
  let last = min(begin + stretch - 1u, row.position);
  let k_in_slot = head / (NH / KVH) * HS4;
  let v_in_slot = KVH * HS4 + k_in_slot;

  var query: array<vec4f, SERVED * HS4>;
  var mean: array<vec4f, SERVED * HS4>;
  for (var i = 0u; i < SERVED * HS4; i++) {
    query[i] = q[(t * Q_STRIDE + Q_OFFSET) / 4u + head * HS4 + i] * SCALE;
  }
  var highest: array<f32, SERVED>;
  var sum: array<f32, SERVED>;
  for (var g = 0u; g < SERVED; g++) {
    highest[g] = -3.4e38;
  }
  for (var s = begin; s <= last; s += 4u) {
    // Positions past the last one repeat it, and their weight is set to zero.
    let places = min(vec4u(s, s + 1u, s + 2u, s + 3u), vec4u(last));
    let valid = vec4u(s, s + 1u, s + 2u, s + 3u) <= vec4u(last);
    let a0 = slots[row.table + places.x] * (KV_STRIDE / 4u);
    let a1 = slots[row.table + places.y] * (KV_STRIDE / 4u);
    let a2 = slots[row.table + places.z] * (KV_STRIDE / 4u);
    let a3 = slots[row.table + places.w] * (KV_STRIDE / 4u);
    // Written out: SwiftShader keeps the last round's numbers in an array without an initial value.
    var scores = array<vec4f, SERVED>();
    for (var d = 0u; d < HS4; d++) {
      let at = k_in_slot + d;
      let keys = mat4x4f(kv4(a0 + at), kv4(a1 + at), kv4(a2 + at), kv4(a3 + at));
      for (var g = 0u; g < SERVED; g++) {
        scores[g] += query[g * HS4 + d] * keys;
      }
    }
    var shrink: array<f32, SERVED>;
    for (var g = 0u; g < SERVED; g++) {
      var score = scores[g];
      if (SOFTCAP > 0.0 || ALIBI) {
        let back = row.position - places;
        score = vec4f(
          score_of(score.x, head + g, back.x),
          score_of(score.y, head + g, back.y),
          score_of(score.z, head + g, back.z),
          score_of(score.w, head + g, back.w),
        );
      }
      score = select(vec4f(-3.4e38), score, valid);
      let new_highest = max(highest[g], max(max(score.x, score.y), max(score.z, score.w)));
      let p = select(vec4f(), exp(score - new_highest), valid);
      shrink[g] = exp(highest[g] - new_highest);
      sum[g] = sum[g] * shrink[g] + p.x + p.y + p.z + p.w;
      highest[g] = new_highest;
      scores[g] = p;
    }
    for (var d = 0u; d < HS4; d++) {
      let at = v_in_slot + d;
      let values = mat4x4f(kv4(a0 + at), kv4(a1 + at), kv4(a2 + at), kv4(a3 + at));
      for (var g = 0u; g < SERVED; g++) {
        mean[g * HS4 + d] = mean[g * HS4 + d] * shrink[g] + values * scores[g];
      }
    }
  }
  for (var g = 0u; g < SERVED; g++) {
    let to = ((t * NH + head + g) * SPLITS + split) * (HS4 + 1u);
    for (var d = 0u; d < HS4; d++) {
      stretches[to + d] = mean[g * HS4 + d];
    }
    stretches[to + HS4] = vec4f(highest[g], sum[g], 0.0, 0.0);
  }
}
