// Part: the draw where what is kept goes on past the list: all of the row, or a nucleus that ends where `search` says.

// The interval of u over the whole row, cut into STRETCHES of neighbouring ids: once their sums are there, the lane in whose stretch u falls walks through
// it. Sums of ids outside the list that are surely kept are apart: the reader adds those of the list exactly.
fn draw_from_row(lane: u32, last: vec2u, highest: f32) {
  let size = (setting.width + STRETCHES - 1u) / STRETCHES;
  for (var stretch = lane; stretch < STRETCHES; stretch += WORKGROUP) {
    let end = min((stretch + 1u) * size, setting.width);
    var own = vec3f();
    for (var id = stretch * size; id < end; id += 32u) {
      own += weight_of_run(id, min(id + 32u, end), highest, last);
    }
    sums[stretch] = vec4f(own, 0.0);
  }
  meet();
  let all = sum_before(STRETCHES);
  let wanted = setting.u * all.x;
  if (lane == 0u) {
    record[11] = bitcast<u32>(search.y);
    record[14] = bitcast<u32>(all.y);
    record[15] = bitcast<u32>(all.z);
  }
  for (var stretch = lane; stretch < STRETCHES; stretch += WORKGROUP) {
    let low = sum_before(stretch).xyz;
    if (low.x <= wanted && wanted < low.x + sums[stretch].x) {
      walk(stretch * size, min((stretch + 1u) * size, setting.width), low, wanted, highest, last);
    }
  }
}

fn walk(begin: u32, end: u32, before_it: vec3f, wanted: f32, highest: f32, last: vec2u) {
  var low = before_it;
  for (var at = begin; at < end; at += 32u) {
    let run = weight_of_run(at, min(at + 32u, end), highest, last);
    if (wanted >= low.x + run.x) {
      low += run;
      continue;
    }
    for (var id = at; id < min(at + 32u, end); id++) {
      let weight = weight_in_row(id, highest, last);
      if (wanted < low.x + weight.x) {
        guess = id;
        record[5] = bitcast<u32>(low.y);
        return;
      }
      low += weight;
    }
  }
}

fn weight_of_run(begin: u32, end: u32, highest: f32, last: vec2u) -> vec3f {
  var total = vec3f();
  for (var id = begin; id < end; id++) {
    total += weight_in_row(id, highest, last);
  }
  return total;
}

// Of an id that the guess keeps; of the same where it is surely kept and not in the list, whose last key and id are `last`; and where it is near the end.
fn weight_in_row(id: u32, highest: f32, last: vec2u) -> vec3f {
  let bits = logits[id];
  if (!is_number(bits)) {
    return vec3f();
  }
  let weight = draw_weight(bitcast<f32>(bits) - highest);
  let listed = reaches(rising(bits), id, last);
  let below = (search.x - bitcast<f32>(bits)) * setting.cut_rate;
  let kept = select(0.0, weight, listed || below < search.z);
  let near = !listed && below >= search.y && below < search.w;
  return vec3f(kept, select(0.0, weight, !listed && below < search.y), select(0.0, weight, near));
}
