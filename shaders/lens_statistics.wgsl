// Reduces rows of a lens: logits read off a layer, beside the model's own final logits. A thread takes one of PARTS pieces of a row. It leaves, of the
// layer: maximum, sum of exp(l - maximum), ids before the asked one, the likeliest id; and of the final row: maximum, sum of
// e = exp(f - maximum), and sum of e * (f - l), from which the divergence follows; -1 for the ids before the asked one where a logit of either
// row is not a number, which sums do not show on every driver. The pieces are joined in double precision by the reader.
@group(0) @binding(1) var<storage, read> logits: array<f32>;            // [T, STRIDE]: of the layer
@group(0) @binding(2) var<storage, read> final_logits: array<f32>;      // [T, STRIDE]
@group(0) @binding(3) var<storage, read_write> output: array<vec4f>;    // [T, 2 * PARTS + 1]; the last holds the asked logit

@compute @workgroup_size(WORKGROUP)
fn lens_statistics(@builtin(global_invocation_id) id: vec3u) {
  let part = id.x;
  let t = id.y;
  if (part >= PARTS || t >= current.count) {
    return;
  }
  let row = t * STRIDE;
  let asked = current.rows[t].id;
  let asked_logit = logits[row + asked];
  let size = (WIDTH + PARTS - 1u) / PARTS;
  let begin = part * size;
  let end = min(begin + size, WIDTH);
  var highest = -3.4e38;
  var final_highest = -3.4e38;
  var likeliest = begin;
  var before = 0u;
  var sound = true;
  for (var i = begin; i < end; i++) {
    let l = logits[row + i];
    let f = final_logits[row + i];
    sound = sound && (bitcast<u32>(l) & 0x7fffffffu) <= 0x7f800000u && (bitcast<u32>(f) & 0x7fffffffu) <= 0x7f800000u;
    if (l > highest) {
      highest = l;
      likeliest = i;
    }
    final_highest = max(final_highest, f);
    before += select(0u, 1u, l > asked_logit || (l == asked_logit && i < asked));
  }
  var sum = 0.0;
  var final_sum = 0.0;
  var difference = 0.0;
  for (var i = begin; i < end; i++) {
    let l = logits[row + i];
    let f = final_logits[row + i];
    let e = exp(f - final_highest);
    sum += exp(l - highest);
    final_sum += e;
    difference += select(0.0, e * (f - l), e > 0.0); // a logit of -Infinity has no weight
  }
  let at = t * (2u * PARTS + 1u) + 2u * part;
  output[at] = vec4f(highest, sum, select(-1.0, f32(before), sound), f32(likeliest));
  output[at + 1u] = vec4f(final_highest, final_sum, difference, 0.0);
  if (part == 0u) {
    output[t * (2u * PARTS + 1u) + 2u * PARTS] = vec4f(asked_logit, 0.0, 0.0, 0.0);
  }
}
