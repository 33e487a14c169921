// One workgroup four rows of the step that follow each other and a head: each thread scores one key of a tile for the four, then threads share the output
// columns and the keys between them, each key and value read once for all; online softmax over tiles (Milakov and Gimelshein 2018; Dao et al. 2022). Rows of
// several texts share no keys and come one after the other. For GPUs, prompts.
@group(0) @binding(1) var<storage, read> q: array<vec4f>;               // [T, Q_STRIDE / 4], heads side by side from Q_OFFSET
@group(0) @binding(3) var<storage, read> slots: array<u32>;             // a table a sequence: position to slot
@group(0) @binding(4) var<storage, read_write> output: array<vec4f>;    // [T, OUT_STRIDE / 4]

const HS4: u32 = HS / 4u;
// Threads that own the same four output columns; each takes every SHARE-th key of a tile.
const SHARE: u32 = WORKGROUP / HS4;
// What all threads have is joined in two steps, not by halves: a CPU that plays a GPU takes long for a barrier, and to compile it.
const JOINS: u32 = 8u;

// A number a row.
var<workgroup> tile_weights: array<vec4f, WORKGROUP>;
var<workgroup> tile_slots: array<u32, WORKGROUP>;
var<workgroup> parts: array<vec4f, WORKGROUP>;
var<workgroup> joints: array<vec4f, JOINS>;
var<workgroup> means: array<mat4x4f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn attention_tile_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  // Rows past the last one repeat it, and nothing is written for them.
  let t = 4u * group.y + vec4u(0u, 1u, 2u, 3u);
  let there = t < vec4u(current.count);
  let row = min(t, vec4u(current.count - 1u));
  let position = vec4u(
    current.rows[row.x].position,
    current.rows[row.y].position,
    current.rows[row.z].position,
    current.rows[row.w].position,
  );
  let table = vec4u(
    current.rows[row.x].table,
    current.rows[row.y].table,
    current.rows[row.z].table,
    current.rows[row.w].table,
  );
  let q_at = (row * Q_STRIDE + Q_OFFSET) / 4u + head * HS4;
  let k_in_slot = head / (NH / KVH) * HS4;
  let v_at = KVH * HS4 + k_in_slot + lane % HS4;
  let share = lane / HS4;

  let together = all(table == vec4u(table.x));
  for (var turn = 0u; turn < select(4u, 1u, together); turn++) {
    let mine = there & (vec4<bool>(together) | (vec4u(0u, 1u, 2u, 3u) == vec4u(turn)));
    let first = vec4u(
      first_seen(position.x),
      first_seen(position.y),
      first_seen(position.z),
      first_seen(position.w),
    );
    let firsts = select(vec4u(0xffffffffu), first, mine);
    let lengths = select(vec4u(0u), position + 1u, mine);
    let length = max(max(lengths.x, lengths.y), max(lengths.z, lengths.w));
    var highest = vec4f(-3.4e38);
    var sum = vec4f();
    var mean = mat4x4f();
    for (var s0 = min(min(firsts.x, firsts.y), min(firsts.z, firsts.w)); s0 < length; s0 += WORKGROUP) {
      let s = s0 + lane;
      let seen = (vec4u(s) >= firsts) & (vec4u(s) < lengths);
      var score = vec4f(-3.4e38);
      if (s < length) {
        let slot = slots[table[turn] + s] * (KV_STRIDE / 4u);
        var product = vec4f();
        for (var d = 0u; d < HS4; d++) {
          let rows = mat4x4f(q[q_at.x + d], q[q_at.y + d], q[q_at.z + d], q[q_at.w + d]);
          product += kv4(slot + k_in_slot + d) * rows;
        }
        let back = position - min(vec4u(s), position);
        score = select(
          score,
          vec4f(
            score_of(product.x * SCALE, head, back.x),
            score_of(product.y * SCALE, head, back.y),
            score_of(product.z * SCALE, head, back.z),
            score_of(product.w * SCALE, head, back.w),
          ),
          seen,
        );
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
      let p = select(vec4f(), exp(score - new_highest), seen);
      tile_weights[lane] = p;
      sum = sum * shrink + p;
      mean = mat4x4f(mean[0] * shrink.x, mean[1] * shrink.y, mean[2] * shrink.z, mean[3] * shrink.w);
      highest = new_highest;
      workgroupBarrier();
      if (share < SHARE) {
        for (var j = share; j < min(WORKGROUP, length - s0); j += SHARE) {
          let weight = tile_weights[j];
          let value = kv4(tile_slots[j] + v_at);
          // A value that is no number spoils only the rows that see it.
          mean += mat4x4f(
            select(vec4f(), weight.x * value, weight.x != 0.0),
            select(vec4f(), weight.y * value, weight.y != 0.0),
            select(vec4f(), weight.z * value, weight.z != 0.0),
            select(vec4f(), weight.w * value, weight.w != 0.0),
          );
        }
      }
      workgroupBarrier();
    }
    parts[lane] = sum;
    means[lane] = mean;
    workgroupBarrier();
    if (lane < JOINS) {
      var own = parts[lane];
      for (var i = lane + JOINS; i < WORKGROUP; i += JOINS) {
        own += parts[i];
      }
      joints[lane] = own;
    }
    workgroupBarrier();
    for (var at = lane; at < 4u * HS4; at += WORKGROUP) {
      let i = at / HS4;
      let column = at % HS4;
      var joined = vec4f();
      for (var part = column; part < SHARE * HS4; part += HS4) {
        joined += means[part][i];
      }
      var total = 0.0;
      for (var part = 0u; part < JOINS; part++) {
        total += joints[part][i];
      }
      if (mine[i]) {
        output[t[i] * (OUT_STRIDE / 4u) + head * HS4 + column] = joined / total;
      }
    }
    workgroupBarrier();
  }
}
