// Part: numbers of a table for quants of four bits.

fn nonlinear4(q: vec4u) -> vec4f {
  // 128 more than each number, four to a word.
  let fourth = (q & vec4u(4u)) != vec4u();
  let lower = select(vec4u(0x3f2d1801u), vec4u(0x766a5d4fu), fourth);
  let upper = select(vec4u(0xa6998d81u), vec4u(0xf1d9c5b5u), fourth);
  let packed = select(lower, upper, (q & vec4u(8u)) != vec4u());
  return vec4f((packed >> ((q & vec4u(3u)) * vec4u(8u))) & vec4u(0xffu)) - vec4f(128.0);
}
