// Part: which keys a row sees, and what becomes of their scores before the softmax.

// The first position that a row sees: it sees WINDOW of them, its own the last.
fn first_seen(position: u32) -> u32 {
  return position + 1u - min(WINDOW, position + 1u);
}

// Slope of the linear bias of a head (Press et al. 2021): for NH heads, a power of two, 2^(-8 * i / NH) for i from 1; of other numbers those of the
// power below it, then every second one of the power above.
fn slope(head: u32) -> f32 {
  let below = 1u << firstLeadingBit(NH);
  if (head < below) {
    return exp2(-8.0 * f32(head + 1u) / f32(below));
  }
  return exp2(-4.0 * f32(2u * (head - below) + 1u) / f32(below));
}

// The score of a key from its scaled product; `back` positions lie between the row and the key.
fn score_of(product: f32, head: u32, back: u32) -> f32 {
  var y = capped(product);
  if (ALIBI) {
    y -= slope(head) * f32(back);
  }
  return y;
}
