// Part: turns one head, pair by pair, and puts it to its place: queries into the output, keys and values into the cache.
//
// Angles are exact at any position: cosine and sine of position * inv_freq are made of those of two parts of the position, whose tables were
// made in double precision. HEADS heads are turned; once fused, those from KEYS on are keys, and after all of them come the heads of the values.
@group(0) @binding(1) var<storage, read> x: array<f32>;                 // [T, X_STRIDE], from column X_OFFSET
@group(0) @binding(2) var<storage, read> v: array<f32>;                 // [T, V_STRIDE], from column V_OFFSET
@group(0) @binding(3) var<storage, read> weight: array<f32>;            // [HEADS * HS]
@group(0) @binding(4) var<storage, read> angles: array<vec2f>;          // [FINE + coarse, PAIRS]: cosine and sine
@group(0) @binding(5) var<storage, read_write> output: array<f32>;      // [T, STRIDE]

// Cosine and sine of the angle of a pair at a position.
fn angle(position: u32, pair: u32) -> vec2f {
  let fine = angles[position % FINE * PAIRS + pair];
  let coarse = angles[(FINE + position / FINE) * PAIRS + pair];
  return vec2f(coarse.x * fine.x - coarse.y * fine.y, coarse.y * fine.x + coarse.x * fine.y);
}

// Where the columns begin whose squares a head's norm takes: its own, or those of all heads of its kind.
fn norm_start(t: u32, head: u32) -> u32 {
  return t * X_STRIDE + X_OFFSET + head * HS / GROUP * GROUP;
}

// How many they are: of the last group there may be fewer.
fn norm_width(head: u32) -> u32 {
  return select(GROUP, LAST, head * HS + LAST >= HEADS * HS);
}

// Column c of a head, times what its norm makes of it.
fn normed(t: u32, head: u32, c: u32, root: f32) -> f32 {
  var y = x[t * X_STRIDE + X_OFFSET + head * HS + c];
  if (HAS_NORM) {
    y *= root;
    if (HAS_WEIGHT) {
      y *= select(0.0, 1.0, PLUS_ONE) + weight[head * HS + c];
    }
  }
  return y;
}

fn place(t: u32, head: u32, c: u32, y: f32) {
  if (HAS_KV) {
    if (head >= KEYS) {
      keep_in_cache(current.rows[t].slot * KV_STRIDE + (head - KEYS) * HS + c, y);
      return;
    }
  }
  output[t * STRIDE + head * HS + c] = y;
}

// Number `i` of a head's columns and pairs: a pair for i under PAIRS, then a column that stays.
fn turn(t: u32, head: u32, i: u32, root: f32) {
  if (i >= PAIRS) {
    place(t, head, PAIRS + i, normed(t, head, PAIRS + i, root));
    return;
  }
  let first = select(i, 2u * i, INTERLEAVED);
  let second = select(PAIRS + i, 2u * i + 1u, INTERLEAVED);
  let a = normed(t, head, first, root);
  let b = normed(t, head, second, root);
  let turned = angle(current.rows[t].position, i);
  place(t, head, first, a * turned.x - b * turned.y);
  place(t, head, second, b * turned.x + a * turned.y);
}

// Column c of a head of the values.
fn keep(t: u32, head: u32, c: u32) {
  let at = current.rows[t].slot * KV_STRIDE + KV_STRIDE / 2u + head * HS + c;
  keep_in_cache(at, v[t * V_STRIDE + V_OFFSET + head * HS + c]);
}
