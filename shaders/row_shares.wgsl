// Part: weights of ids as whole numbers, so that sums of any number of them are exact and the same on every GPU. Of a logit so far below the largest one the
// share is 2^43 * 2^-power, both counted in steps of share_scale; 64 bits are words, the low one first.
const BOTTOM = 0xfffffffeu;   // depth of whatever is 32 powers down, or nearly so
const NOWHERE = 0xffffffffu;  // below every depth
const MOST_STEP = 1879048192.0;  // largest logits up to 224 * 2^23 steps from 0: whatever is too far down for a step is then 46 powers down, and has no share
const POWERS = array<u32, 16>(  // 2^31 * 2^(-i / 16)
  2147483648u, 2056437387u, 1969251188u, 1885761398u, 1805811301u, 1729250827u, 1655936265u, 1585730000u,
  1518500250u, 1454120821u, 1392470869u, 1333434672u, 1276901417u, 1222764986u, 1170923762u, 1121280436u,
);
const C1 = 2977044161u;  // 1 - 2^-g = g (C1 - g (C2 - g C3)) below 1/16 to 2^-28, in units of 2^-32, 2^-20 and 2^-16
const C2 = 251874u;
const C3 = 3579u;

fn product(a: u32, b: u32) -> vec2u {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let one = (a >> 16u) * (b & 0xffffu);
  let other = (a & 0xffffu) * (b >> 16u);
  let middle = (low >> 16u) + (one & 0xffffu) + (other & 0xffffu);
  return vec2u((middle << 16u) | (low & 0xffffu), (a >> 16u) * (b >> 16u) + (one >> 16u) + (other >> 16u) + (middle >> 16u));
}

fn sum_of(a: vec2u, b: vec2u) -> vec2u {
  let low = a.x + b.x;
  return vec2u(low, a.y + b.y + select(0u, 1u, low < b.x));
}

fn is_less(a: vec2u, b: vec2u) -> bool {
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// So many 2^32nds of it.
fn part_of(whole: vec2u, parts: u32) -> vec2u {
  return sum_of(product(whole.y, parts), vec2u(product(whole.x, parts).y, 0u));
}

// What logits are counted by: read once, since a lane of a CPU fetches every word of memory by itself.
struct Steps {
  scale: f32,
  rate: u32,
  shift: u32,
  top: i32,  // steps of the largest logit
}

fn steps_from(highest: f32) -> Steps {
  return Steps(setting.share_scale, setting.share_rate, setting.share_shift, step_of(highest, setting.share_scale));
}

fn step_of(logit: f32, scale: f32) -> i32 {
  return i32(round(clamp(logit, -2147483648.0 / scale, 2147483520.0 / scale) * scale));
}

// The power of two that a logit is below the largest one: its whole part, and its fraction.
fn power_of(logit: f32, steps: Steps) -> vec2u {
  let power = product(bitcast<u32>(steps.top) - bitcast<u32>(step_of(logit, steps.scale)), steps.rate);
  return vec2u(power.y >> steps.shift, (power.y << (32u - steps.shift)) | (power.x >> steps.shift));
}

// The same in one word: 5 bits and 27.
fn depth_of(power: vec2u) -> u32 {
  return min(select(NOWHERE, (power.x << 27u) | (power.y >> 5u), power.x < 32u), BOTTOM);
}

fn share_of(power: vec2u) -> vec2u {
  if (power.x >= 44u) {
    return vec2u();
  }
  let fraction = (power.y & 0x0fffffffu) << 4u;  // in units of 2^-36
  let square = (C2 - (((fraction >> 16u) * C3) >> 16u)) << 12u;
  let less = product(fraction, C1 - (product(fraction, square).y >> 4u)).y;
  let whole = POWERS[power.y >> 28u];
  let one = whole - (product(whole, less).y >> 4u);
  let share = vec2u(one << 12u, one >> 20u);
  if (power.x >= 32u) {
    return vec2u(share.y >> (power.x - 32u), 0u);
  }
  return vec2u((share.x >> power.x) | ((share.y << 1u) << (31u - power.x)), share.y >> power.x);
}
