// Reduces a row of logits, a thread a piece, to what the draw joins: of a piece the maximum m, and with a = l - m the sums of exp(a), a exp(a), and of
// the same with a at the temperature of the cuts; how many of its logits are finite, -1 where one is no logit at all. Ids that follow each other lie in
// different pieces, since likely tokens often have neighbouring ids. Sums go by blocks, so that their error does not grow with the row.
@group(0) @binding(0) var<storage, read> setting: Setting;
@group(0) @binding(1) var<storage, read> logits: array<u32>;          // [WIDTH], bits of f32
@group(0) @binding(2) var<storage, read_write> pieces: array<vec4f>;  // [pieces, 2]: m, sum, weighted sum, finite; both sums for the cuts

@compute @workgroup_size(WORKGROUP)
fn draw_pieces(@builtin(global_invocation_id) id: vec3u) {
  let piece = id.x;
  if (piece >= setting.pieces) {
    return;
  }
  var highest = -3.4e38;
  var finite = 0.0;
  var sound = true;
  for (var i = piece; i < setting.width; i += setting.pieces) {
    let bits = logits[i];
    if (is_number(bits)) {
      highest = max(highest, bitcast<f32>(bits));
      finite += 1.0;
    } else if (bits != RULED_OUT) {
      sound = false;
    }
  }
  var sums = vec4f();
  var i = piece;
  while (i < setting.width) {
    var stretch = vec4f();
    for (var n = 0u; n < 16u && i < setting.width; n++) {
      let bits = logits[i];
      if (is_number(bits)) {
        stretch += weights_of(bitcast<f32>(bits) - highest);
      }
      i += setting.pieces;
    }
    sums += stretch;
  }
  pieces[2u * piece] = vec4f(highest, sums.x, sums.y, select(-1.0, finite, sound));
  pieces[2u * piece + 1u] = vec4f(sums.z, sums.w, 0.0, 0.0);
}
