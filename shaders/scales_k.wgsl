// Part: scale and minimum of 32 numbers, six bits each, in units of two f16; a header of four words every 256 numbers.
fn scale_and_minimum(header: vec4u, j: u32) -> vec2f {
  let shift = 8u * (j & 3u);
  let low = header.yz >> vec2u(shift);
  let high = vec2u(header.w) >> vec2u(shift, shift + 4u);
  let late = (high & vec2u(15u)) | ((low >> vec2u(2u)) & vec2u(48u));
  return unpack2x16float(header.x) * vec2f(select(low & vec2u(63u), late, j > 3u));
}
