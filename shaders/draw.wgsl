// Draws a token from a row of logits whose pieces are reduced, in one workgroup, and leaves what a reader needs to prove or refute the draw in double
// precision: the likeliest ids with their logits, exact, and sums over all others. The steps are those of sampling/: top-k, top-p and min-p at one
// temperature, then the draw at another one, by the interval of u over the kept ids in id order. Arithmetic in f32, or in shares past the list, makes the id a guess; it is rarely wrong.
//
// The likeliest LIST ids: the LIST-th largest maximum of a piece is a bound that at least LIST logits reach, and few more. They are gathered and put in order.
@group(0) @binding(0) var<storage, read> setting: Setting;
@group(0) @binding(1) var<storage, read> logits: array<u32>;         // [width], bits of f32
@group(0) @binding(2) var<storage, read> pieces: array<vec4f>;       // [pieces, 2], as draw_pieces or the head leaves them
@group(0) @binding(3) var<storage, read> touched: array<vec4u>;      // [touched], id, times seen, times drawn, bits of its bias; -Infinity bans it
@group(0) @binding(4) var<storage, read_write> found: array<vec4u>;  // [2, ROOM], key, id, logit, weight: as gathered, and in order; of ids near the end of a nucleus key, id, share
@group(0) @binding(5) var<storage, read_write> bins: array<atomic<u32>, 2u * BINS>;
@group(0) @binding(6) var<storage, read_write> record: array<u32>;   // HEADER words, RAISED ids and bits of their logits, LIST ids and bits of theirs

const HEADER = 21u;
const BELOW_AT = 13u;   // of what is kept past the list, in shares: that before the guess,
const SURE_AT = 15u;    // what is surely kept,
const NEAR_AT = 17u;    // what is near the end,
const OTHERS_AT = 19u;  // and all that is not listed
const LIST_AT = HEADER + 2u * RAISED;
const SOUND = 1u;      // every logit is a number or -Infinity, and one is a number
const CROWDED = 2u;    // more logits reach the bound than there is room for: no list
const WHOLE = 4u;      // nothing was cut, and the list is not all of the row
const NO_GUESS = 8u;   // what is kept goes on past the list, and not by top-p alone
const PAST = 16u;      // the nucleus goes on past the list
const SURE = 32u;      // the guess is past the list, and not near the end of the nucleus
const NOBODY = 0xffffffffu;
const LISTED = 0u;
const OTHERS = 2u;
const NEAR = 4u;

var<workgroup> counts: array<atomic<u32>, 32>;
var<workgroup> number: atomic<u32>;  // of what was gathered
var<workgroup> before: atomic<u32>;
var<workgroup> sums: array<vec4f, WORKGROUP>;
var<workgroup> masses: array<atomic<u32>, 6>;  // sums of shares: of the list, of all others, of what is near the end of the nucleus
var<workgroup> raised: atomic<u32>;  // ids that come into the list by what touched them, or are near the end of a nucleus past it
var<workgroup> flags: u32;
var<workgroup> last: vec2u;  // key and id of the last of the list as the model gave it; what all reach where that is the whole row
var<workgroup> search: vec3u;  // where the nucleus ends, see search_end
var<workgroup> ended: vec2u;
var<workgroup> taken: vec2u;   // shares of what comes before the ids near its end
var<workgroup> rest: f32;    // mass of what is not listed, at the temperature of the cuts
var<workgroup> kept: vec2u;  // of the list: from which one, and up to which; none where that goes on past the list
var<workgroup> guess: u32;
var<workgroup> sure: bool;   // it is past the list, and not near the end of the nucleus

fn id_of(place: u32) -> u32 {
  return found[ROOM + place].y;
}

fn logit_of(place: u32) -> f32 {
  return bitcast<f32>(found[ROOM + place].z);
}

fn weight_of(place: u32) -> f32 {
  return bitcast<f32>(found[ROOM + place].w);
}

fn set_weight(place: u32, weight: f32) {
  found[ROOM + place].w = bitcast<u32>(weight);
}

// An id of this key comes no later in the order than the last one.
fn reaches(key: u32, id: u32, last: vec2u) -> bool {
  return key > last.x || (key == last.x && id <= last.y);
}

// All lanes see what any of them wrote.
fn meet() {
  storageBarrier();
  workgroupBarrier();
}

fn draw_weight(below: f32) -> f32 {
  return exp(max(below * setting.draw_rate, -200.0));
}

// The largest logit of the row, and how many are finite; -1 where one is no logit.
fn join_maxima(lane: u32) -> vec2f {
  var own = vec4f(-3.4e38, 0.0, 1.0, 0.0);
  for (var piece = lane; piece < setting.pieces; piece += WORKGROUP) {
    let head = pieces[2u * piece];
    own = vec4f(max(own.x, head.x), own.y + max(head.w, 0.0), select(own.z, 0.0, head.w < 0.0), 0.0);
  }
  sums[lane] = own;
  workgroupBarrier();
  var joint = vec4f(-3.4e38, 0.0, 1.0, 0.0);
  for (var i = 0u; i < WORKGROUP; i++) {
    let each = sums[i];
    joint = vec4f(max(joint.x, each.x), joint.y + each.y, min(joint.z, each.z), 0.0);
  }
  workgroupBarrier();
  return vec2f(joint.x, select(-1.0, joint.y, joint.z > 0.0));
}

// The largest key that the maxima of LIST pieces reach, bit by bit; of all pieces where there are fewer.
fn bound_of_list(lane: u32) -> u32 {
  let wanted = min(LIST, setting.pieces);
  var bound = 0u;
  for (var bit = 0u; bit < 32u; bit++) {
    let next = bound | (0x80000000u >> bit);
    var reached = 0u;
    for (var piece = lane; piece < setting.pieces; piece += WORKGROUP) {
      reached += select(0u, 1u, rising(bitcast<u32>(pieces[2u * piece].x)) >= next);
    }
    atomicAdd(&counts[bit], reached);
    workgroupBarrier();
    if (atomicLoad(&counts[bit]) >= wanted) {
      bound = next;
    }
  }
  return bound;
}

// Of the first so many sums, by blocks, so that the error does not grow with their number.
fn sum_before(end: u32) -> vec4f {
  var total = vec4f();
  for (var begin = 0u; begin < end; begin += 16u) {
    var part = vec4f();
    for (var i = begin; i < min(begin + 16u, end); i++) {
      part += sums[i];
    }
    total += part;
  }
  return total;
}

// Gathers what reaches the bound; sums up the others, relative to the largest logit.
fn gather(lane: u32, bound: u32, highest: f32) {
  var tail = vec4f();
  for (var begin = lane; begin < setting.pieces; begin += 16u * WORKGROUP) {
    var part = vec4f();
    for (var piece = begin; piece < min(begin + 16u * WORKGROUP, setting.pieces); piece += WORKGROUP) {
      part += tail_of(piece, bound, highest);
    }
    tail += part;
  }
  sums[lane] = tail;
  meet();
}

// What of a piece does not reach the bound; what does is gathered.
fn tail_of(piece: u32, bound: u32, highest: f32) -> vec4f {
  let head = pieces[2u * piece];
  if (rising(bitcast<u32>(head.x)) < bound) {
    let cuts = pieces[2u * piece + 1u];
    let w = weights_of(head.x - highest);
    return vec4f(w.x * head.y, w.x * head.z + w.y * head.y, w.z * cuts.x, w.z * cuts.y + w.w * cuts.x);
  }
  var tail = vec4f();
  for (var id = piece; id < setting.width; id += setting.pieces) {
    let bits = logits[id];
    if (!is_number(bits)) {
      continue;
    }
    let key = rising(bits);
    if (key < bound) {
      tail += weights_of(bitcast<f32>(bits) - highest);
      continue;
    }
    let place = atomicAdd(&number, 1u);
    if (place < ROOM) {
      found[place] = vec4u(key, id, bits, 0u);
    }
  }
  return tail;
}

// Each lane finds the places of its share of what was gathered.
fn put_in_order(lane: u32, count: u32) {
  for (var i = lane; i < count; i += WORKGROUP) {
    let own = found[i];
    var place = 0u;
    for (var j = 0u; j < count; j++) {
      let other = found[j];
      place += select(0u, 1u, other.x > own.x || (other.x == own.x && other.y < own.y));
    }
    found[ROOM + place] = own;
  }
  meet();
}

// How many of the list are kept, from the weights at the temperature of the cuts; 0 where that goes on past the list.
fn cut(listed: u32, finite: u32, tail: f32) -> u32 {
  var most = select(finite, min(setting.top_k, finite), setting.top_k > 0u);
  var total = 0.0;
  for (var i = 0u; i < min(most, listed); i++) {
    total += weight_of(i);
  }
  if (most > listed) {
    total += tail;
  }
  if (setting.top_p < 1.0) {
    let enough = setting.top_p * total;
    var reached = 0.0;
    for (var i = 0u; i < min(most, listed); i++) {
      reached += weight_of(i);
      if (reached >= enough) {
        most = i + 1u;
      }
    }
  }
  for (var i = 1u; i < min(most, listed); i++) {
    if (weight_of(i) < setting.min_p) {
      most = i;
    }
  }
  return select(most, 0u, most > listed);
}

// How many ids come before one that is not listed.
fn count_before(lane: u32, drawn: u32) {
  let key = rising(logits[drawn]);
  var ahead = 0u;
  for (var id = lane; id < setting.width; id += WORKGROUP) {
    let other = rising(logits[id]);
    ahead += select(0u, 1u, other > key || (other == key && id < drawn));
  }
  atomicAdd(&before, ahead);
  workgroupBarrier();
}

// The list as the model gave it, for the reader, and the sums over all others.
fn note_list(listed: u32, count: u32, finite: u32, highest: f32) {
  var tail = sum_before(WORKGROUP);
  for (var i = LIST; i < count; i++) {
    tail += weights_of(logit_of(i) - highest);
  }
  rest = tail.z;
  last = select(found[ROOM + max(listed, 1u) - 1u].xy, vec2u(0u, NOBODY), listed == finite);
  record[2] = listed;
  record[3] = finite;
  record[6] = bitcast<u32>(tail.x);
  record[7] = bitcast<u32>(tail.y);
  record[8] = bitcast<u32>(tail.z);
  record[9] = bitcast<u32>(tail.w);
}

@compute @workgroup_size(WORKGROUP)
fn draw(@builtin(local_invocation_index) lane: u32) {
  let pending = select(NOBODY, record[0], setting.pending > 0u);
  let joined = join_maxima(lane);
  let highest = joined.x;
  let finite = u32(max(joined.y, 0.0));
  let bound = bound_of_list(lane);
  gather(lane, bound, highest);
  let reached = atomicLoad(&number);
  let count = min(reached, ROOM);
  var listed = min(count, LIST);
  put_in_order(lane, count);
  for (var i = lane; i < listed; i += WORKGROUP) {
    record[LIST_AT + i] = id_of(i);
    record[LIST_AT + LIST + i] = logits[id_of(i)];
  }
  if (lane == 0u) {
    note_list(listed, count, finite, highest);
  }
  let end = workgroupUniformLoad(&last);
  let touches = setting.touched > 0u || setting.pending > 0u;
  var left = finite;
  if (touches) {
    let whole = listed == finite;
    touch(lane, listed, end, highest, pending);
    listed = min(atomicLoad(&number), ROOM);
    left = select(finite, listed, whole);
    put_in_order(lane, listed);
  }
  let top = logit_of(0);
  for (var i = lane; i < listed; i += WORKGROUP) {
    set_weight(i, weights_of(logit_of(i) - top).z);
  }
  meet();
  if (lane == 0u) {
    let tail = rest * exp(min((highest - top) * setting.cut_rate, 80.0));
    kept = vec2u(0u, cut(listed, left, tail));
    let narrows = setting.typical_p < 1.0;
    if (narrows && kept.y > 0u) {
      kept = typical(kept.y, top);
    }
    let uncut = (setting.top_k == 0u || setting.top_k >= left) && setting.top_p >= 1.0 && setting.min_p <= 0.0;
    let sound = joined.y > 0.0 && listed > 0u;
    flags = select(0u, SOUND, sound) | select(0u, CROWDED, reached > ROOM || atomicLoad(&raised) > RAISED);
    if (flags == SOUND && kept.y == 0u) {
      let nucleus = (setting.top_k == 0u || setting.top_k >= left) && setting.min_p <= 0.0 && setting.cut_rate == setting.draw_rate;
      let able = !touches && !narrows && abs(highest) <= MOST_STEP / setting.share_scale;
      flags |= select(NO_GUESS, select(PAST, WHOLE, uncut), able && (uncut || nucleus));
    }
    search = vec3u(NOWHERE);
    ended = vec2u(0u, NOBODY);
    guess = select(0u, id_of(0), sound);
  }
  let state = workgroupUniformLoad(&flags);
  let drawable = workgroupUniformLoad(&kept);
  if (state == SOUND) {
    draw_from_list(lane, drawable.x, drawable.y, top);
  } else if ((state & (WHOLE | PAST)) != 0u) {
    if ((state & PAST) != 0u) {
      search_end(lane, end, steps_from(highest));
    }
    draw_from_row(lane, end, steps_from(highest));
  }
  let drawn = workgroupUniformLoad(&guess);
  if (!reaches(rising(logits[drawn]), drawn, end)) {
    count_before(lane, drawn);
  }
  if (lane == 0u) {
    record[0] = drawn;
    record[1] = state | select(0u, SURE, sure);
    record[4] = atomicLoad(&before);
    record[5] = atomicLoad(&raised);
    record[10] = logits[drawn];
  }
}
