// Part: the draw where all that is kept is listed.

// The interval of u over the list from `begin` up to `end`.
fn draw_from_list(lane: u32, begin: u32, end: u32, highest: f32) {
  for (var i = begin + lane; i < end; i += WORKGROUP) {
    set_weight(i, draw_weight(logit_of(i) - highest));
  }
  meet();
  var total = 0.0;
  for (var j = begin; j < end; j++) {
    total += weight_of(j);
  }
  let wanted = setting.u * total;
  for (var i = begin + lane; i < end; i += WORKGROUP) {
    var low = 0.0;
    for (var j = begin; j < end; j++) {
      low += select(0.0, weight_of(j), id_of(j) < id_of(i));
    }
    if (low <= wanted && wanted < low + weight_of(i)) {
      guess = id_of(i);
    }
  }
}

// What typical-p keeps of the first `count` of the list, whose weights are there: from which one, and up to which. It walks outward from the mean of the
// logarithms until the mass is reached; what is exactly as far stays too.
fn typical(count: u32, top: f32) -> vec2u {
  var total = 0.0;
  var mean = 0.0;
  for (var i = 0u; i < count; i++) {
    total += weight_of(i);
    mean += weight_of(i) * max((logit_of(i) - top) * setting.cut_rate, -200.0);
  }
  mean /= total;
  var right = 0u;
  while (right < count && (logit_of(right) - top) * setting.cut_rate >= mean) {
    right++;
  }
  var left = right;
  var reached = 0.0;
  while (reached < setting.typical_p * total && (left > 0u || right < count)) {
    var above = 3e38;
    var below = 3e38;
    if (left > 0u) {
      above = (logit_of(left - 1u) - top) * setting.cut_rate - mean;
    }
    if (right < count) {
      below = mean - (logit_of(right) - top) * setting.cut_rate;
    }
    if (left > 0u && above <= below) {
      left--;
      reached += weight_of(left);
    } else {
      reached += weight_of(right);
      right++;
    }
  }
  return vec2u(left, right);
}
