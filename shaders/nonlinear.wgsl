// Part: numbers of a table for quants of four bits.
const TABLE_OFFSET: f32 = 128.0;

// Of the quants in the bytes of a word, each TABLE_OFFSET more than the number of the table.
fn nonlinear4(q: u32) -> vec4f {
  let quants = vec4u(q) >> vec4u(0u, 8u, 16u, 24u);
  let fourth = (quants & vec4u(4u)) != vec4u();
  // Four numbers to a word.
  let lower = select(vec4u(0x3f2d1801u), vec4u(0x766a5d4fu), fourth);
  let upper = select(vec4u(0xa6998d81u), vec4u(0xf1d9c5b5u), fourth);
  let packed = select(lower, upper, (quants & vec4u(8u)) != vec4u());
  return vec4f((packed >> ((quants & vec4u(3u)) << vec4u(3u))) & vec4u(0xffu));
}
