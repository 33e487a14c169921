// Part: pieces of the logits of one row, reduced as draw_pieces does it. TOGETHER clusters of threads make a piece: each four of its ids at a time, of which
// its first four threads keep one each. So logits are not read again.
@group(0) @binding(3) var<storage, read> bias: array<f32>;            // [ROWS]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;    // [ROWS]
@group(0) @binding(5) var<storage, read> setting: Setting;
@group(0) @binding(6) var<storage, read_write> pieces: array<vec4f>;  // [PIECES, 2]: m, sum, weighted sum, finite; both sums for the cuts

const TEAMS = WORKGROUP / CLUSTER;
const ROUNDS = (ROWS + 4u * PIECES * TOGETHER - 1u) / (4u * PIECES * TOGETHER);

// Of some logits: the largest, m; how many are finite, and whether all are numbers or ruled out; sums as in weights_of, with a = l - m.
struct Piece {
  highest: f32,
  finite: f32,
  sound: bool,
  sums: vec4f,
}

const NOTHING = Piece(-3.4e38, 0.0, true, vec4f());

var<workgroup> shares: array<Piece, 4u * TEAMS>;

// The ids of a cluster's round: four of a piece, from ROWS on where there are none.
fn ids_of(piece: u32, team: u32, round: u32) -> vec4u {
  let ids = piece + PIECES * (4u * (round * TOGETHER + team % TOGETHER) + vec4u(0u, 1u, 2u, 3u));
  return select(vec4u(ROWS), ids, piece < PIECES);
}

// Sums relative to a logit that is higher; w has the weights of the distance.
fn lowered(s: vec4f, w: vec4f) -> vec4f {
  return vec4f(w.x * s.x, w.x * s.y + w.y * s.x, w.z * s.z, w.z * s.w + w.w * s.z);
}

fn both_of(a: Piece, b: Piece) -> Piece {
  let highest = max(a.highest, b.highest);
  // As they are where that is theirs: each factor costs some of their last places.
  let left = select(lowered(a.sums, weights_of(a.highest - highest)), a.sums, a.highest == highest);
  let right = select(lowered(b.sums, weights_of(b.highest - highest)), b.sums, b.highest == highest);
  return Piece(highest, a.finite + b.finite, a.sound && b.sound, left + right);
}

// Writes the logit of an id, and what `own` is with it.
fn with_logit(own: Piece, id: u32, sum: f32) -> Piece {
  var y = sum;
  if (HAS_BIAS) {
    y += bias[id];
  }
  y = capped(y * FACTOR);
  output[id] = y;
  let bits = bitcast<u32>(y);
  if (!is_number(bits)) {
    return Piece(own.highest, own.finite, own.sound && bits == RULED_OUT, own.sums);
  }
  let w = weights_of(-abs(y - own.highest));
  let rises = y > own.highest;
  let sums = select(own.sums + w, lowered(own.sums, w) + vec4f(1.0, 0.0, 1.0, 0.0), rises);
  return Piece(max(y, own.highest), own.finite + 1.0, own.sound, sums);
}

// Joins the shares of a piece, those of the first four threads of its clusters, and leaves it; all threads call it.
fn leave(piece: u32, team: u32, place: u32, own: Piece) {
  if (place < 4u) {
    shares[4u * team + place] = own;
  }
  workgroupBarrier();
  if (place == 0u && team % TOGETHER == 0u && piece < PIECES) {
    var all = own;
    for (var i = 1u; i < 4u * TOGETHER; i++) {
      all = both_of(all, shares[4u * team + i]);
    }
    pieces[2u * piece] = vec4f(all.highest, all.sums.xy, select(-1.0, all.finite, all.sound));
    pieces[2u * piece + 1u] = vec4f(all.sums.zw, 0.0, 0.0);
  }
}
