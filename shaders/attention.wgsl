// One thread a row and head, no barrier: online softmax (Milakov and Gimelshein 2018) over the keys, four at a time.
// For CPU adapters.
@group(0) @binding(1) var<storage, read> q: array<vec4f>;               // [T, Q_STRIDE / 4], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;    // [T, OUT_STRIDE / 4]

const HS4: u32 = HS / 4u;

@compute @workgroup_size(WORKGROUP)
fn attention(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x;
  let t = id.y;
  if (head >= NH || t >= current.count) {
    return;
  }
  let row = current.rows[t];
  let table = row.table;
  let k_in_slot = head / (NH / KVH) * HS4;
  let v_in_slot = KVH * HS4 + k_in_slot;

  var query: array<vec4f, HS4>;
  var mean: array<vec4f, HS4>;
  for (var d = 0u; d < HS4; d++) {
    query[d] = q[(t * Q_STRIDE + Q_OFFSET) / 4u + head * HS4 + d] * SCALE;
  }
  var highest = -3.4e38;
  var sum = 0.0;
  for (var s = first_seen(row.position); s <= row.position; s += 4u) {
    // Positions past the own one repeat it, and their weight is set to zero.
    let places = vec4u(s, min(s + 1u, row.position), min(s + 2u, row.position), min(s + 3u, row.position));
    let a0 = slots[table + places.x] * (KV_STRIDE / 4u);
    let a1 = slots[table + places.y] * (KV_STRIDE / 4u);
    let a2 = slots[table + places.z] * (KV_STRIDE / 4u);
    let a3 = slots[table + places.w] * (KV_STRIDE / 4u);
    var scores = vec4f();
    for (var d = 0u; d < HS4; d++) {
      let v = query[d];
      let at = k_in_slot + d;
      scores += vec4f(dot(v, kv4(a0 + at)), dot(v, kv4(a1 + at)), dot(v, kv4(a2 + at)), dot(v, kv4(a3 + at)));
    }
    if (SOFTCAP > 0.0 || ALIBI) {
      let back = row.position - places;
      scores = vec4f(
        score_of(scores.x, head, back.x),
        score_of(scores.y, head, back.y),
        score_of(scores.z, head, back.z),
        score_of(scores.w, head, back.w),
      );
    }
    let valid = vec4u(s, s + 1u, s + 2u, s + 3u) <= vec4u(row.position);
    scores = select(vec4f(-3.4e38), scores, valid);
    let new_highest = max(highest, max(max(scores.x, scores.y), max(scores.z, scores.w)));
    let shrink = exp(highest - new_highest);
    let p = select(vec4f(), exp(scores - new_highest), valid);
    sum = sum * shrink + p.x + p.y + p.z + p.w;
    for (var d = 0u; d < HS4; d++) {
      let at = v_in_slot + d;
      mean[d] = mean[d] * shrink + p.x * kv4(a0 + at) + p.y * kv4(a1 + at) + p.z * kv4(a2 + at) + p.w * kv4(a3 + at);
    }
    highest = new_highest;
  }
  for (var d = 0u; d < HS4; d++) {
    output[t * (OUT_STRIDE / 4u) + head * HS4 + d] = mean[d] / sum;
  }
}
