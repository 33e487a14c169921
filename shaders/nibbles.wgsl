// Part: units of 32 quants of four bits, 16 bytes: the lower halves of the bytes are a run of 16 columns, the upper ones another.
const UNIT: u32 = 8u;  // of a unit, in vec4f

fn lower_run(q: vec4u) -> vec4u {
  return q & vec4u(0x0f0f0f0fu);
}

fn upper_run(q: vec4u) -> vec4u {
  return (q >> vec4u(4u)) & vec4u(0x0f0f0f0fu);
}
