// Part: which keys a value head of the gated delta rule reads, how much of its state it keeps at a row, and how strongly it writes; column h of each is head h's.
@group(0) @binding(1) var<storage, read> decays: array<f32>;            // [T, DECAY_STRIDE], from column DECAY_OFFSET
@group(0) @binding(2) var<storage, read> rates: array<f32>;             // [T, RATE_STRIDE], from column RATE_OFFSET
@group(0) @binding(3) var<storage, read> a_log: array<f32>;             // [NV], -exp of it where NEGATED
@group(0) @binding(4) var<storage, read> dt_bias: array<f32>;           // [NV]

// log(1 + exp(x)). Near 1 a driver's log may be off by 5e-7, which a text of thousands of positions would add up: a series instead,
// log(1 + y) = 2 * artanh(y / (2 + y)), whose terms fall ninefold.
fn softplus(x: f32) -> f32 {
  let y = exp(-abs(x));
  let s = y / (2.0 + y);
  let z = s * s;
  let series = 1.0 + z * (1.0 / 3.0 + z * (1.0 / 5.0 + z * (1.0 / 7.0 + z * (1.0 / 9.0 + z * (1.0 / 11.0 +
    z * (1.0 / 13.0 + z / 15.0))))));
  return max(x, 0.0) + 2.0 * s * series;
}

fn share_kept(t: u32, h: u32) -> f32 {
  var factor = a_log[h];
  if (!NEGATED) {
    factor = -exp(factor);
  }
  return exp(factor * softplus(decays[t * DECAY_STRIDE + DECAY_OFFSET + h] + dt_bias[h]));
}

fn share_written(t: u32, h: u32) -> f32 {
  return 1.0 / (1.0 + exp(-rates[t * RATE_STRIDE + RATE_OFFSET + h]));
}

fn key_head_of(h: u32) -> u32 {
  return select(h / (NV / NK), h % NK, TILED);
}
