// Part: where a nucleus ends that goes on past the list. The shares of the others are laid out by depth, and then once more within the bin where the nucleus
// ends. What lies near that end is left to the reader: id by id, or its share.
const BINS = 512u;
const_assert 4u * STRETCHES <= 2u * BINS;  // sums of stretches lie in the bins once the search is over
const_assert RAISED <= ROOM;

// Leaves in `search` the depths before which ids are surely kept, are kept by the guess where too many are near the end, and may be kept; and in `ended` the
// last key and id that the guess keeps. One loop for all rounds: drivers copy what is called.
fn search_end(lane: u32, end: vec2u, steps: Steps) {
  let width = setting.width;
  for (var turn = 0u; turn < 3u; turn++) {
    clear_bins(lane);
    let at = search;
    var list = vec2u();
    var others = vec2u();
    for (var id = lane; id < width; id += WORKGROUP) {
      let bits = logits[id];
      if (!is_number(bits)) {
        continue;
      }
      let power = power_of(bitcast<f32>(bits), steps);
      let depth = depth_of(power);
      let listed = reaches(rising(bits), id, end);
      if (turn > 0u && (listed || (turn == 1u && depth >> 23u != at.x) || (turn == 2u && (depth < at.x || depth >= at.z)))) {
        continue;
      }
      let share = share_of(power);
      if (listed) {
        list = sum_of(list, share);
      } else if (turn == 0u) {
        others = sum_of(others, share);
        add_to_bin(depth >> 23u, share);
      } else if (turn == 1u) {
        add_to_bin((depth >> 14u) & (BINS - 1u), share);
      } else {
        let place = hand_over(id, bits);
        if (place < RAISED) {
          found[place] = vec4u(rising(bits), id, share);
        }
      }
    }
    if (turn == 0u) {
      add_to_mass(LISTED, list);
      add_to_mass(OTHERS, others);
    }
    meet();
    if (lane == 0u && turn == 0u) {
      find_bin();
    } else if (lane == 0u && turn == 1u) {
      find_end(at.x << 23u);
    } else if (lane == 0u) {
      choose_last();
    }
    meet();
  }
}

fn clear_bins(lane: u32) {
  for (var word = lane; word < 2u * BINS; word += WORKGROUP) {
    atomicStore(&bins[word], 0u);
  }
  meet();
}

fn add_to_bin(bin: u32, share: vec2u) {
  let before_it = atomicAdd(&bins[2u * bin], share.x);
  atomicAdd(&bins[2u * bin + 1u], share.y + select(0u, 1u, before_it + share.x < before_it));
}

fn add_to_mass(place: u32, share: vec2u) {
  let before_it = atomicAdd(&masses[place], share.x);
  atomicAdd(&masses[place + 1u], share.y + select(0u, 1u, before_it + share.x < before_it));
}

fn mass(place: u32) -> vec2u {
  return vec2u(atomicLoad(&masses[place]), atomicLoad(&masses[place + 1u]));
}

fn bin_of(bin: u32) -> vec2u {
  return vec2u(atomicLoad(&bins[2u * bin]), atomicLoad(&bins[2u * bin + 1u]));
}

// The bin in which what the nucleus takes is reached, and what is before it.
fn find_bin() {
  let wanted = part_of(sum_of(mass(LISTED), mass(OTHERS)), setting.share_p);
  var reached = mass(LISTED);
  var bin = 0u;
  for (; bin < BINS - 1u; bin++) {
    let next = sum_of(reached, bin_of(bin));
    if (!is_less(next, wanted)) {
      break;
    }
    reached = next;
  }
  search = vec3u(bin, reached);
}

// The same within it, with room for the error of all shares.
fn find_end(begin: u32) {
  let all = sum_of(mass(LISTED), mass(OTHERS));
  let wanted = part_of(all, setting.share_p);
  let room = vec2u((all.x >> setting.share_room) | (all.y << (32u - setting.share_room)), all.y >> setting.share_room);
  var reached = search.yz;
  var before_it = vec3u();
  taken = reached;
  for (var bin = 0u; bin < BINS - 1u; bin++) {
    reached = sum_of(reached, bin_of(bin));
    if (is_less(sum_of(reached, room), wanted)) {
      before_it.x++;
      taken = reached;
    }
    before_it.y += select(0u, 1u, is_less(reached, wanted));
    before_it.z += select(0u, 1u, is_less(reached, sum_of(wanted, room)));
  }
  let last = begin + (before_it.z << 14u) + 0x3fffu;
  search = vec3u(begin + (before_it.x << 14u), begin + (before_it.y << 14u) + 0x2000u, max(last, last + 1u));
}

// Of the ids near the end, in their order, as many as the nucleus takes; by their depth where there are more than could be handed over.
fn choose_last() {
  let wanted = part_of(sum_of(mass(LISTED), mass(OTHERS)), setting.share_p);
  let count = atomicLoad(&raised);
  ended = select(vec2u(NOBODY, 0u), vec2u(0u, NOBODY), count > RAISED);
  for (var n = 0u; n < count && count <= RAISED && is_less(taken, wanted); n++) {
    var next = vec4u();
    for (var i = 0u; i < count; i++) {
      let each = found[i];
      if (!reaches(each.x, each.y, ended) && (next.x == 0u || reaches(each.x, each.y, next.xy))) {
        next = each;
      }
    }
    ended = next.xy;
    taken = sum_of(taken, next.zw);
  }
  if (count <= RAISED) {
    search.y = search.z;
  }
}

// An id that is not listed, to the reader; its place among those, of which there may be more than RAISED.
fn hand_over(id: u32, bits: u32) -> u32 {
  let place = atomicAdd(&raised, 1u);
  if (place < RAISED) {
    record[HEADER + place] = id;
    record[HEADER + RAISED + place] = bits;
  }
  return place;
}
