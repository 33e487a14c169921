// Part: the draw where what is kept goes on past the list: all of the row, or a nucleus that ends where `search` says.

// Shares of an id, or sums of them: where the guess keeps it; where it is not listed and surely kept; where it is near the end.
struct Kept {
  all: vec2u,
  sure: vec2u,
  near: vec2u,
}

fn both_of(a: Kept, b: Kept) -> Kept {
  return Kept(sum_of(a.all, b.all), sum_of(a.sure, b.sure), sum_of(a.near, b.near));
}

// The interval of u over the whole row, cut into STRETCHES of neighbouring ids: once their sums are there, the lane in whose stretch u falls walks through
// it. Sums of ids outside the list that are surely kept are apart: the reader adds those of the list exactly. `end` is the last key and id of the list.
fn draw_from_row(lane: u32, end: vec2u, steps: Steps) {
  let width = setting.width;
  let size = (width + STRETCHES - 1u) / STRETCHES;
  let ends = Ends(end, ended, search);
  var wanted = vec2u();
  var near = vec2u();
  for (var turn = 0u; turn < 2u; turn++) {
    let walks = turn == 1u;
    for (var stretch = lane; stretch < STRETCHES; stretch += WORKGROUP) {
      var own = Kept();
      if (walks) {
        own = shares_before(stretch);
        if (is_less(wanted, own.all) || !is_less(wanted, sum_of(own.all, stretch_of(stretch).all))) {
          continue;
        }
      }
      for (var id = stretch * size; id < min((stretch + 1u) * size, width); id++) {
        let next = both_of(own, shares_of(id, ends, steps));
        if (walks && is_less(wanted, next.all)) {
          guess = id;
          sure = any(next.sure != own.sure);
          note_shares(BELOW_AT, own.sure);
          break;
        }
        own = next;
      }
      if (!walks) {
        note_stretch(stretch, own);
        near = sum_of(near, own.near);
      }
    }
    if (!walks) {
      add_to_mass(NEAR, near);
    }
    meet();
    if (!walks) {
      let all = shares_before(STRETCHES);
      wanted = part_of(all.all, setting.share_u);
      if (lane == 0u) {
        note_shares(SURE_AT, all.sure);
        note_shares(NEAR_AT, mass(NEAR));
        note_shares(OTHERS_AT, mass(OTHERS));
      }
    }
  }
}

fn note_shares(place: u32, shares: vec2u) {
  record[place] = shares.x;
  record[place + 1u] = shares.y;
}

fn note_stretch(stretch: u32, own: Kept) {
  atomicStore(&bins[4u * stretch], own.all.x);
  atomicStore(&bins[4u * stretch + 1u], own.all.y);
  atomicStore(&bins[4u * stretch + 2u], own.sure.x);
  atomicStore(&bins[4u * stretch + 3u], own.sure.y);
}

fn stretch_of(stretch: u32) -> Kept {
  return Kept(bin_of(2u * stretch), bin_of(2u * stretch + 1u), vec2u());
}

// Of the first so many stretches.
fn shares_before(stretch: u32) -> Kept {
  var total = Kept();
  for (var i = 0u; i < stretch; i++) {
    total = both_of(total, stretch_of(i));
  }
  return total;
}

// The last key and id of the list, and of what the guess keeps; the depths about the end.
struct Ends {
  list: vec2u,
  kept: vec2u,
  depths: vec3u,
}

fn shares_of(id: u32, ends: Ends, steps: Steps) -> Kept {
  let bits = logits[id];
  if (!is_number(bits)) {
    return Kept();
  }
  let power = power_of(bitcast<f32>(bits), steps);
  let depth = depth_of(power);
  let key = rising(bits);
  let listed = reaches(key, id, ends.list);
  if (!listed && depth >= ends.depths.z) {
    return Kept();
  }
  let share = share_of(power);
  let is_sure = !listed && depth < ends.depths.x;
  let is_near = !listed && !is_sure;
  return Kept(
    select(share, vec2u(), is_near && !(depth < ends.depths.y && reaches(key, id, ends.kept))),
    select(vec2u(), share, is_sure),
    select(vec2u(), share, is_near),
  );
}
