// Part: a soft cap, by the constant SOFTCAP; none where it is 0. tanh: see activations.wgsl.
fn capped(x: f32) -> f32 {
  if (SOFTCAP > 0.0) {
    return SOFTCAP * tanh(clamp(x / SOFTCAP, -9.01, 9.01));
  }
  return x;
}
