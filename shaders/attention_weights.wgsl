// One thread a row and head: the softmax weights themselves, in two passes over the keys; zero where the row does not see.
// Serves views of the inside on every adapter.
@group(0) @binding(1) var<storage, read> q: array<f32>;                 // [T, Q_STRIDE], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T, OUT_STRIDE]: COLUMNS numbers a head

@compute @workgroup_size(WORKGROUP)
fn attention_weights(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x;
  let t = id.y;
  if (head >= NH || t >= current.count) {
    return;
  }
  let row = current.rows[t];
  let table = row.table;
  let q_at = t * Q_STRIDE + Q_OFFSET + head * HS;
  let k_in_slot = head / (NH / KVH) * HS;
  let out_at = t * OUT_STRIDE + head * COLUMNS;

  var highest = -3.4e38;
  var sum = 0.0;
  let first = first_seen(row.position);
  for (var s = first; s <= row.position; s++) {
    let k_at = slots[table + s] * KV_STRIDE + k_in_slot;
    var score = 0.0;
    for (var d = 0u; d < HS; d++) {
      score += q[q_at + d] * kv1(k_at + d);
    }
    score = score_of(score * SCALE, head, row.position - s);
    output[out_at + s] = score;
    let new_highest = max(highest, score);
    sum = sum * exp(highest - new_highest) + exp(score - new_highest);
    highest = new_highest;
  }
  for (var s = 0u; s < COLUMNS; s++) {
    let seen = s >= first && s <= row.position;
    output[out_at + s] = select(0.0, exp(output[out_at + s] - highest) / sum, seen);
  }
}
