// Part: how the keys that a row sees are cut into SPLITS stretches at most, each a number of whole tiles but the last.
const TILE: u32 = 64u;

// Positions of a stretch.
fn stretch_of(position: u32) -> u32 {
  let seen = min(WINDOW, position + 1u);
  return (seen + SPLITS * TILE - 1u) / (SPLITS * TILE) * TILE;
}
