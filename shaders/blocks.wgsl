// Part: a matrix part whose rows are planes of blocks, ROW16 times 16 bytes each, the quants first.
@group(0) @binding(1) var<storage, read> weights: array<vec4u, ROWS * ROW16>;

// Words 4 * i .. 4 * i + 3 of a row, 16 bytes.
fn words_at(row: u32, i: u32) -> vec4u {
  return weights[row * ROW16 + i];
}

// Word i of a row.
fn word_at(row: u32, i: u32) -> u32 {
  return weights[row * ROW16 + (i >> 2u)][i & 3u];
}

// Half i of a plane that begins at a word.
fn half_at(row: u32, plane: u32, i: u32) -> f32 {
  let pair = unpack2x16float(word_at(row, plane + (i >> 1u)));
  return select(pair.x, pair.y, (i & 1u) == 1u);
}

// Byte i of a plane that begins at a word.
fn byte_at(row: u32, plane: u32, i: u32) -> u32 {
  return (word_at(row, plane + (i >> 2u)) >> (8u * (i & 3u))) & 0xffu;
}

// The bytes of a word, the lowest first.
fn bytes4(packed: u32) -> vec4u {
  return (vec4u(packed) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
}

// The lowest four bits, one a byte.
fn spread4(bits: u32) -> u32 {
  return ((bits & 0xfu) * 0x00204081u) & 0x01010101u;
}
