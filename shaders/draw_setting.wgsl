// Part: what a draw goes by, `setting`, and the order of logits.
struct Setting {
  width: u32,      // ids of the row
  pieces: u32,     // that it is cut into: piece i has the ids i, i + pieces, ...
  cut_rate: f32,   // 1 / temperature of what top-p and min-p look at
  draw_rate: f32,  // 1 / temperature of what is drawn from
  top_k: u32,      // 0: all
  top_p: f32,      // 1: all
  min_p: f32,
  u: f32,          // in [0, 1)
  touched: u32,    // ids whose logits are changed first
  pending: u32,    // 1: the id that the last draw left in the record counts as seen and drawn once more
  repetition: f32, // penalties; 1, 0 and 0: none
  frequency: f32,
  presence: f32,
  typical_p: f32,  // 1: all
  share_scale: f32, // steps a unit of logits; a power of two
  share_rate: u32,  // powers of two a step, in units of 2^-(32 + share_shift)
  share_shift: u32, // from 1 to 31
  share_p: u32,     // top_p and u, in units of 2^-32
  share_u: u32,
  share_room: u32,  // sums of shares are within 2^-share_room of those of weights; from 1 to 31
}

const RULED_OUT = 0xff800000u;  // the bits of -Infinity

fn is_number(bits: u32) -> bool {
  return (bits & 0x7fffffffu) < 0x7f800000u;
}

// Rises with the logit; both zeros are one.
fn rising(bits: u32) -> u32 {
  let one_zero = select(bits, 0u, bits == 0x80000000u);
  return one_zero ^ select(0x80000000u, 0xffffffffu, one_zero >= 0x80000000u);
}

// Of a logit so far below another one: exp(a), a exp(a), and the same at the temperature of the cuts. Nothing is left of a weight at -200.
fn weights_of(below: f32) -> vec4f {
  let a = max(below, -200.0);
  let c = max(below * setting.cut_rate, -200.0);
  let e = vec2f(exp(a), exp(c));
  return vec4f(e.x, a * e.x, e.y, c * e.y);
}
