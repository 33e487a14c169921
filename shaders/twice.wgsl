// Part: floats of four bits of MXFP4, one a byte: a sign, two bits of exponent, one of fraction. Twice their numbers are whole.
const TWICE_OFFSET: f32 = 12.0;

// Bytes that are TWICE_OFFSET more than twice the numbers; all of a word at once, since no byte carries into another.
fn twice(q: vec4u) -> vec4u {
  let ones = vec4u(0x01010101u);
  let low = q & (ones * 3u);
  let large = ((q >> vec4u(2u)) & ones) * 0xffu;
  // 0, 1, 2, 3, then 4, 6, 8, 12.
  let size = low + (large & (ones * 4u + low + 2u * (low & (low >> vec4u(1u)))));
  let negative = ((q >> vec4u(3u)) & ones) * 0xffu;
  return ones * u32(TWICE_OFFSET) + size - 2u * (size & negative);
}
