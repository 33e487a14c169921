// Part: 32 quants of five bits, 16 bytes of the lower four and a word of the highest ones.
// Of 16 quants, the highest bits that are the lower half of `bits`, each where it belongs in its byte.
fn fifth_bits(bits: u32) -> vec4u {
  return vec4u(spread4(bits), spread4(bits >> 4u), spread4(bits >> 8u), spread4(bits >> 12u)) << vec4u(4u);
}

// The product of the bare quants of a unit with x from `at` on.
fn fives_dot(row: u32, unit: u32, at: u32) -> f32 {
  let q = words_at(row, unit);
  let highest = word_at(row, HIGHEST + unit);
  return run_dot(lower_run(q) | fifth_bits(highest), at)
    + run_dot(upper_run(q) | fifth_bits(highest >> 16u), at + 4u);
}
