// One thread an output column: maximum, sum and weighted mean in three loops over the keys. The twin that the fast kernels
// are compared with, and the kernel for head sizes that are no multiple of four.
@group(0) @binding(1) var<storage, read> q: array<f32>;                 // [T, Q_STRIDE], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T, OUT_STRIDE]

fn score(q_at: u32, k_at: u32, head: u32, back: u32) -> f32 {
  var sum = 0.0;
  for (var d = 0u; d < HS; d++) {
    sum += q[q_at + d] * kv1(k_at + d);
  }
  return score_of(sum * SCALE, head, back);
}

@compute @workgroup_size(WORKGROUP)
fn attention_naive(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let t = id.y;
  if (column >= NH * HS || t >= current.count) {
    return;
  }
  let head = column / HS;
  let kv_head = head / (NH / KVH);
  let row = current.rows[t];
  let table = row.table;
  let q_at = t * Q_STRIDE + Q_OFFSET + head * HS;
  let k_in_slot = kv_head * HS;
  let v_in_slot = KVH * HS + kv_head * HS + column % HS;

  var highest = -3.4e38;
  for (var s = first_seen(row.position); s <= row.position; s++) {
    highest = max(highest, score(q_at, slots[table + s] * KV_STRIDE + k_in_slot, head, row.position - s));
  }
  var sum = 0.0;
  var mean = 0.0;
  for (var s = first_seen(row.position); s <= row.position; s++) {
    let at = slots[table + s] * KV_STRIDE;
    let p = exp(score(q_at, at + k_in_slot, head, row.position - s) - highest);
    sum += p;
    mean += p * kv1(at + v_in_slot);
  }
  output[t * OUT_STRIDE + column] = mean / sum;
}
