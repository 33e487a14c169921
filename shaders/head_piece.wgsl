// Part: pieces of the logits that a team makes of one row, reduced as draw_pieces does it. TOGETHER clusters of neighbouring threads make a piece: four ids
// each at a time, PIECES apart, so that the logits need not be read again and a piece has the ids that draw looks for in it.
@group(0) @binding(3) var<storage, read> bias: array<f32>;            // [ROWS]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;    // [ROWS]
@group(0) @binding(5) var<storage, read> setting: Setting;
@group(0) @binding(6) var<storage, read_write> pieces: array<vec4f>;  // [PIECES, 2]: m, sum, weighted sum, finite; both sums for the cuts

const TEAMS = WORKGROUP / CLUSTER;
const ROUNDS = (ROWS + 4u * PIECES * TOGETHER - 1u) / (4u * PIECES * TOGETHER);
const NO_LOGIT = -3.4e38;

// Of some logits: the largest, m; how many are finite, and whether all are numbers or ruled out; sums as in weights_of, with a = l - m.
struct Piece {
  highest: f32,
  finite: f32,
  sound: bool,
  sums: vec4f,
}

const NOTHING = Piece(NO_LOGIT, 0.0, true, vec4f());

var<workgroup> shares: array<Piece, TEAMS>;

// The ids of a cluster's round: four of a piece, from ROWS on where there are none.
fn ids_of(piece: u32, team: u32, round: u32) -> vec4u {
  let ids = piece + PIECES * (4u * (round * TOGETHER + team % TOGETHER) + vec4u(0u, 1u, 2u, 3u));
  return select(vec4u(ROWS), ids, piece < PIECES);
}

fn logit_of(id: u32, sum: f32) -> f32 {
  var y = sum;
  if (HAS_BIAS) {
    y += bias[id];
  }
  return capped(y * FACTOR);
}

// The same sums relative to a logit that is no less.
fn lowered(piece: Piece, highest: f32) -> vec4f {
  let w = weights_of(piece.highest - highest);
  let s = piece.sums;
  return vec4f(w.x * s.x, w.x * s.y + w.y * s.x, w.z * s.z, w.z * s.w + w.w * s.z);
}

fn both_of(a: Piece, b: Piece) -> Piece {
  let highest = max(a.highest, b.highest);
  return Piece(highest, a.finite + b.finite, a.sound && b.sound, lowered(a, highest) + lowered(b, highest));
}

// Four logits, of which those from ROWS on are none; the thread at `place` of its cluster writes the one of its number.
fn four_logits(ids: vec4u, sums: vec4f, place: u32) -> Piece {
  var four = NOTHING;
  var numbers = vec4f(NO_LOGIT);
  var counts = vec4<bool>();
  for (var i = 0u; i < 4u; i++) {
    if (ids[i] >= ROWS) {
      continue;
    }
    let y = logit_of(ids[i], sums[i]);
    if (place == i) {
      output[ids[i]] = y;
    }
    let bits = bitcast<u32>(y);
    if (is_number(bits)) {
      numbers[i] = y;
      counts[i] = true;
      four.finite += 1.0;
    } else if (bits != RULED_OUT) {
      four.sound = false;
    }
  }
  let two = max(numbers.xy, numbers.zw);
  four.highest = max(two.x, two.y);
  for (var i = 0u; i < 4u; i++) {
    if (counts[i]) {
      four.sums += weights_of(numbers[i] - four.highest);
    }
  }
  return four;
}

// Joins the shares of a piece, each brought by the first thread of its cluster, and leaves it; all threads call it.
fn leave(piece: u32, team: u32, own: Piece, is_first: bool) {
  if (is_first) {
    shares[team] = own;
  }
  workgroupBarrier();
  if (is_first && team % TOGETHER == 0u && piece < PIECES) {
    var all = shares[team];
    for (var i = 1u; i < TOGETHER; i++) {
      all = both_of(all, shares[team + i]);
    }
    pieces[2u * piece] = vec4f(all.highest, all.sums.xy, select(-1.0, all.finite, all.sound));
    pieces[2u * piece + 1u] = vec4f(all.sums.zw, 0.0, 0.0);
  }
}
