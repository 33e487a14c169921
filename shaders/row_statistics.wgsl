// Reduces rows of logits to what scoring needs. A thread takes one of PARTS pieces of a row and leaves its maximum m, the sums
// of exp(l - m) and of (l - m) * exp(l - m), and how many ids come before the asked one by falling logit (ties by lower id); -1
// where a logit is not a number, which sums do not show on every driver. The pieces are joined in double precision by the reader.
@group(0) @binding(1) var<storage, read> logits: array<f32>;            // [T, STRIDE]
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;    // [T, PARTS + 1]; the last holds the asked logit

@compute @workgroup_size(WORKGROUP)
fn row_statistics(@builtin(global_invocation_id) id: vec3u) {
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
  var before = 0u;
  var sound = true;
  for (var i = begin; i < end; i++) {
    let l = logits[row + i];
    sound = sound && (bitcast<u32>(l) & 0x7fffffffu) <= 0x7f800000u;
    highest = max(highest, l);
    before += select(0u, 1u, l > asked_logit || (l == asked_logit && i < asked));
  }
  var sum = 0.0;
  var weighted = 0.0;
  for (var i = begin; i < end; i++) {
    let d = logits[row + i] - highest;
    let e = exp(d);
    sum += e;
    // A logit of -Infinity has no weight, and no product with its distance.
    weighted += select(0.0, d * e, e > 0.0);
  }
  output[t * (PARTS + 1u) + part] = vec4f(highest, sum, weighted, select(-1.0, f32(before), sound));
  if (part == 0u) {
    output[t * (PARTS + 1u) + PARTS] = vec4f(asked_logit, 0.0, 0.0, 0.0);
  }
}
