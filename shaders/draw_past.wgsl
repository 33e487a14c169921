// Part: where a nucleus ends that goes on past the list. The mass of the others is laid out by how far their logits are below the last of the list, in
// units of the temperature, and then once more within the bin where the nucleus ends. What lies near that end is left to the reader: id by id, or its mass.
const BINS = 512u;
const BINS_A_UNIT = 16.0;
const ALL_OF_IT = 1e30;
const ROOM_FOR_ERROR = 32768.0;  // 2^-15 of the mass outside the list

// Leaves in `search`: the last logit of the list, and how far below it ids are surely kept, are kept by the guess, and may be kept.
fn search_end(lane: u32, listed: u32, end: vec2u, top: f32) {
  let least = logit_of(listed - 1u);
  if (lane == 0u) {
    var list = 0.0;
    for (var i = 0u; i < listed; i++) {
      list += weight_of(i);
    }
    // Shares of the mass outside the list as parts of 2^30: what the nucleus takes of it.
    search = vec4f((setting.top_p * (list + rest) - list) / rest, 0.0, BINS_A_UNIT, 0.0);
  }
  meet();
  let scale = 1073741824.0 / rest;
  for (var round = 0u; round < 2u; round++) {
    for (var bin = lane; bin < BINS; bin += WORKGROUP) {
      atomicStore(&bins[bin], 0u);
    }
    meet();
    let from_it = search.y;
    let width = search.z;
    for (var id = lane; id < setting.width; id += WORKGROUP) {
      let bits = logits[id];
      if (is_number(bits) && !reaches(rising(bits), id, end)) {
        let below = (least - bitcast<f32>(bits)) * setting.cut_rate;
        let bin = (below - from_it) * width;
        if (bin >= 0.0 && bin < f32(BINS)) {
          atomicAdd(&bins[u32(bin)], u32(draw_weight(bitcast<f32>(bits) - top) * scale + 0.5));
        }
      }
    }
    meet();
    if (lane == 0u) {
      scan(from_it, width, least, round == 1u);
    }
    meet();
  }
  for (var id = lane; id < setting.width; id += WORKGROUP) {
    let bits = logits[id];
    let below = (least - bitcast<f32>(bits)) * setting.cut_rate;
    if (is_number(bits) && !reaches(rising(bits), id, end) && below >= search.y && below < search.w) {
      hand_over(id, bits);
    }
  }
  meet();
}

// An id that is not listed, to the reader.
fn hand_over(id: u32, bits: u32) {
  let place = atomicAdd(&raised, 1u);
  if (place < RAISED) {
    record[HEADER + place] = id;
    record[HEADER + RAISED + place] = bits;
  }
}

// The bin where the wanted share is reached: the next search begins there, or `search` is what it leaves, with room for the error of all sums.
fn scan(from_it: f32, width: f32, least: f32, ends: bool) {
  let wanted = search.x * 1073741824.0;
  var before_it = search.w;
  var reached = search.w;
  var bins_below = vec3f();
  for (var bin = 0u; bin < BINS; bin++) {
    reached += f32(atomicLoad(&bins[bin]));
    bins_below += select(vec3f(), vec3f(1.0), vec3f(reached) < wanted + vec3f(-ROOM_FOR_ERROR, 0.0, ROOM_FOR_ERROR));
    if (reached < wanted) {
      before_it = reached;
    }
  }
  if (ends) {
    search = vec4f(least, vec3f(from_it) + max(bins_below + vec3f(-1.0, 0.5, 2.0), vec3f()) / width);
  } else {
    search = vec4f(search.x, from_it + min(bins_below.y, f32(BINS - 1u)) / width, width * f32(BINS), before_it);
  }
}
