// Part: ids whose logits the settings change before anything is cut: bans, biases, penalties. They leave the list, and come back into it where their new
// logits reach it; what they are worth outside of it goes into the mass of the others.

// Bits of a logit after the steps; those of -Infinity where they ban the id.
fn changed(bits: u32, entry: vec4u) -> u32 {
  if (entry.w == RULED_OUT) {
    return RULED_OUT;
  }
  var l = bitcast<f32>(bits) + bitcast<f32>(entry.w);
  if (entry.y > 0u) {
    l = select(l / setting.repetition, l * setting.repetition, l < 0.0);
  }
  l -= setting.frequency * f32(entry.z) + select(0.0, setting.presence, entry.z > 0u);
  return bitcast<u32>(l);
}

// Gathers the list anew, as `found[0 ...]` and `number`. `pending` may be an entry already.
fn touch(lane: u32, listed: u32, end: vec2u, highest: f32, pending: u32) {
  if (lane == 0u) {
    atomicStore(&number, 0u);
    atomicStore(&counts[0], 0u);
  }
  meet();
  var change = vec2f();
  for (var i = lane; i < setting.touched; i += WORKGROUP) {
    var entry = touched[i];
    if (entry.x == pending) {
      entry += vec4u(0u, 1u, 1u, 0u);
      atomicStore(&counts[0], 1u);
    }
    change += touch_one(entry, listed, end, highest);
  }
  sums[lane] = vec4f(change, 0.0, 0.0);
  meet();
  if (lane == 0u) {
    var all = sum_before(WORKGROUP).xy;
    if (pending != NOBODY && atomicLoad(&counts[0]) == 0u) {
      all += touch_one(vec4u(pending, 1u, 1u, 0u), listed, end, highest);
    }
    rest += all.x;
    record[11] = bitcast<u32>(all.x);
    record[12] = bitcast<u32>(all.y);
  }
  meet();
  for (var place = lane; place < listed; place += WORKGROUP) {
    let own = found[ROOM + place];
    if (own.w == 0u) {
      found[min(atomicAdd(&number, 1u), ROOM - 1u)] = own;
    }
  }
  meet();
}

// What it adds to the mass outside the list, and how much that moves in all.
fn touch_one(entry: vec4u, listed: u32, end: vec2u, highest: f32) -> vec2f {
  let id = entry.x;
  let bits = logits[id];
  if (!is_number(bits)) {
    return vec2f();
  }
  let own = reaches(rising(bits), id, end);
  for (var place = 0u; own && place < listed; place++) {
    if (id_of(place) == id) {
      found[ROOM + place].w = 1u;
      break;
    }
  }
  let removed = select(weights_of(bitcast<f32>(bits) - highest).z, 0.0, own);
  let after = changed(bits, entry);
  let key = rising(after);
  if (after == RULED_OUT) {
    return vec2f(-removed, removed);
  }
  if (!reaches(key, id, end)) {
    let added = weights_of(bitcast<f32>(after) - highest).z;
    return vec2f(added - removed, added + removed);
  }
  found[min(atomicAdd(&number, 1u), ROOM - 1u)] = vec4u(key, id, after, 0u);
  if (!own) {
    _ = hand_over(id, bits);
  }
  return vec2f(-removed, removed);
}
