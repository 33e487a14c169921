// Part: scale and minimum of 32 numbers, six bits each, in units of two f16; a header of four words every 256 numbers.

// Of numbers 4 * k4 .. 4 * k4 + 3 of a row; headers begin at a word of the row.
fn scale_and_minimum(row: u32, headers: u32, k4: u32) -> vec2f {
  let header = weights[row * ROW16 + (headers >> 2u) + (k4 >> 6u)];
  let j = (k4 >> 3u) & 7u;
  let shift = 8u * (j & 3u);
  let low = header.yz >> vec2u(shift);
  let high = vec2u(header.w) >> vec2u(shift, shift + 4u);
  let late = (high & vec2u(15u)) | ((low >> vec2u(2u)) & vec2u(48u));
  return unpack2x16float(header.x) * vec2f(select(low & vec2u(63u), late, j > 3u));
}
