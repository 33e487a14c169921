// One workgroup a row, stretch of keys and set of SERVED heads that share them: each thread scores one key of a tile for all heads of the set, then
// threads share the output columns and the keys between them; online softmax over tiles. attention_join makes one of the stretches. For GPUs, long texts.
@group(0) @binding(1) var<storage, read> q: array<vec4f>;               // [T, Q_STRIDE / 4], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> stretches: array<vec4f>; // [T, NH, SPLITS, HS / 4 + 1]: weighted sum; maximum and sum

const HS4: u32 = HS / 4u;
// Threads that own the same four output columns; each takes every SHARE-th key of a tile. WORKGROUP is TILE.
const SHARE: u32 = WORKGROUP / HS4;
// What all threads have is joined in two steps, not by halves: a CPU that plays a GPU takes long for a barrier, and to compile it.
const JOINS: u32 = 8u;

var<workgroup> tile_slots: array<u32, WORKGROUP>;
var<workgroup> tile_weights: array<f32, SERVED * WORKGROUP>;
var<workgroup> parts: array<f32, SERVED * WORKGROUP>;
var<workgroup> joints: array<f32, JOINS * SERVED>;
var<workgroup> means: array<vec4f, SERVED * WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn attention_split_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x * SERVED;
  let t = group.y;
  let split = group.z;
  let position = current.rows[t].position;
  let table = current.rows[t].table;
  let stretch = stretch_of(position);
  let begin = first_seen(position) + split * stretch;
  let end = min(begin + stretch, position + 1u);
  let q_at = (t * Q_STRIDE + Q_OFFSET) / 4u + head * HS4;
  let k_in_slot = head / (NH / KVH) * HS4;
  let v_at = KVH * HS4 + k_in_slot + lane % HS4;
  let share = lane / HS4;

  var highest: array<f32, SERVED>;
  var sum: array<f32, SERVED>;
  var mean: array<vec4f, SERVED>;
  for (var g = 0u; g < SERVED; g++) {
    highest[g] = -3.4e38;
  }
  for (var s0 = begin; s0 < end; s0 += WORKGROUP) {
    let s = s0 + lane;
    // Written out: SwiftShader keeps the last round's numbers in an array without an initial value.
    var scores = array<f32, SERVED>();
    if (s < end) {
      let slot = slots[table + s] * (KV_STRIDE / 4u);
      for (var d = 0u; d < HS4; d++) {
        let key = kv4(slot + k_in_slot + d);
        for (var g = 0u; g < SERVED; g++) {
          scores[g] += dot(q[q_at + g * HS4 + d], key);
        }
      }
      tile_slots[lane] = slot;
    }
    for (var g = 0u; g < SERVED; g++) {
      scores[g] = select(-3.4e38, score_of(scores[g] * SCALE, head + g, position - min(s, position)), s < end);
      parts[g * WORKGROUP + lane] = scores[g];
    }
    workgroupBarrier();
    for (var at = lane; at < JOINS * SERVED; at += WORKGROUP) {
      let begins = at / JOINS * WORKGROUP;
      var most = parts[begins + at % JOINS];
      for (var i = at % JOINS + JOINS; i < WORKGROUP; i += JOINS) {
        most = max(most, parts[begins + i]);
      }
      joints[at] = most;
    }
    workgroupBarrier();
    for (var g = 0u; g < SERVED; g++) {
      var new_highest = highest[g];
      for (var i = 0u; i < JOINS; i++) {
        new_highest = max(new_highest, joints[g * JOINS + i]);
      }
      let shrink = exp(highest[g] - new_highest);
      let p = select(0.0, exp(scores[g] - new_highest), s < end);
      tile_weights[g * WORKGROUP + lane] = p;
      sum[g] = sum[g] * shrink + p;
      mean[g] *= shrink;
      highest[g] = new_highest;
    }
    workgroupBarrier();
    if (share < SHARE) {
      for (var j = share; j < min(WORKGROUP, end - s0); j += SHARE) {
        let value = kv4(tile_slots[j] + v_at);
        for (var g = 0u; g < SERVED; g++) {
          mean[g] += tile_weights[g * WORKGROUP + j] * value;
        }
      }
    }
    workgroupBarrier();
  }
  for (var g = 0u; g < SERVED; g++) {
    parts[g * WORKGROUP + lane] = sum[g];
    means[g * WORKGROUP + lane] = mean[g];
  }
  workgroupBarrier();
  if (lane < HS4 && begin < end) {
    for (var g = 0u; g < SERVED; g++) {
      let to = ((t * NH + head + g) * SPLITS + split) * (HS4 + 1u);
      var joined = vec4f();
      for (var i = 0u; i < SHARE; i++) {
        joined += means[g * WORKGROUP + i * HS4 + lane];
      }
      stretches[to + lane] = joined;
      if (lane == 0u) {
        var total = 0.0;
        for (var i = 0u; i < WORKGROUP; i++) {
          total += parts[g * WORKGROUP + i];
        }
        stretches[to + HS4] = vec4f(highest[g], total, 0.0, 0.0);
      }
    }
  }
}
