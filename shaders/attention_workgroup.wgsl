// One workgroup a row and head: each thread scores one key of a tile, then threads share the output columns and the keys
// between them; online softmax over tiles (Milakov and Gimelshein 2018). For GPUs.
@group(0) @binding(1) var<storage, read> q: array<vec4f>;               // [T, Q_STRIDE / 4], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;    // [T, OUT_STRIDE / 4]

const HS4: u32 = HS / 4u;
// Threads that own the same four output columns; each takes every SHARE-th key of a tile.
const SHARE: u32 = WORKGROUP / HS4;
// What all threads have is joined in two steps, not by halves: a CPU that plays a GPU takes long for a barrier, and to compile it.
const JOINS: u32 = 8u;

var<workgroup> tile_weights: array<f32, WORKGROUP>;
var<workgroup> tile_slots: array<u32, WORKGROUP>;
var<workgroup> parts: array<f32, WORKGROUP>;
var<workgroup> joints: array<f32, JOINS>;
var<workgroup> means: array<vec4f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn attention_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let t = group.y;
  let position = current.rows[t].position;
  let length = position + 1u;
  let table = current.rows[t].table;
  let q_at = (t * Q_STRIDE + Q_OFFSET) / 4u + head * HS4;
  let k_in_slot = head / (NH / KVH) * HS4;
  let v_at = KVH * HS4 + k_in_slot + lane % HS4;
  let share = lane / HS4;

  var highest = -3.4e38;
  var sum = 0.0;
  var mean = vec4f();
  for (var s0 = first_seen(position); s0 < length; s0 += WORKGROUP) {
    let s = s0 + lane;
    var score = -3.4e38;
    if (s < length) {
      let slot = slots[table + s] * (KV_STRIDE / 4u);
      var product = 0.0;
      for (var d = 0u; d < HS4; d++) {
        product += dot(q[q_at + d], kv4(slot + k_in_slot + d));
      }
      score = score_of(product * SCALE, head, position - s);
      tile_slots[lane] = slot;
    }
    parts[lane] = score;
    workgroupBarrier();
    if (lane < JOINS) {
      var most = parts[lane];
      for (var i = lane + JOINS; i < WORKGROUP; i += JOINS) {
        most = max(most, parts[i]);
      }
      joints[lane] = most;
    }
    workgroupBarrier();
    var new_highest = highest;
    for (var i = 0u; i < JOINS; i++) {
      new_highest = max(new_highest, joints[i]);
    }
    let shrink = exp(highest - new_highest);
    let p = select(0.0, exp(score - new_highest), s < length);
    tile_weights[lane] = p;
    sum = sum * shrink + p;
    mean *= shrink;
    highest = new_highest;
    workgroupBarrier();
    if (share < SHARE) {
      for (var j = share; j < min(WORKGROUP, length - s0); j += SHARE) {
        mean += tile_weights[j] * kv4(tile_slots[j] + v_at);
      }
    }
    workgroupBarrier();
  }
  parts[lane] = sum;
  means[lane] = mean;
  workgroupBarrier();
  if (lane < HS4) {
    var total = 0.0;
    for (var i = 0u; i < WORKGROUP; i++) {
      total += parts[i];
    }
    var joined = vec4f();
    for (var i = 0u; i < SHARE; i++) {
      joined += means[i * HS4 + lane];
    }
    output[t * (OUT_STRIDE / 4u) + head * HS4 + lane] = joined / total;
  }
}
