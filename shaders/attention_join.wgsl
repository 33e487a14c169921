// One thread a row, head and four columns, no barrier: the stretches of a long text's attention, each with its own maximum, as one.
@group(0) @binding(1) var<storage, read> stretches: array<vec4f>;       // [T, NH, SPLITS, HS / 4 + 1]: weighted sum; maximum and sum
@group(0) @binding(2) var<storage, read_write> output: array<vec4f>;    // [T, OUT_STRIDE / 4]

const HS4: u32 = HS / 4u;

@compute @workgroup_size(WORKGROUP)
fn attention_join(@builtin(global_invocation_id) id: vec3u) {
  let head = id.x / HS4;
  let d = id.x % HS4;
  let t = id.y;
  if (head >= NH || t >= current.count) {
    return;
  }
  let position = current.rows[t].position;
  let stretch = stretch_of(position);
  let count = (min(WINDOW, position + 1u) + stretch - 1u) / stretch;
  let at = (t * NH + head) * SPLITS * (HS4 + 1u);
  var highest = -3.4e38;
  for (var i = 0u; i < count; i++) {
    highest = max(highest, stretches[at + i * (HS4 + 1u) + HS4].x);
  }
  var sum = 0.0;
  var mean = vec4f();
  for (var i = 0u; i < count; i++) {
    let stretch_at = at + i * (HS4 + 1u);
    let own = stretches[stretch_at + HS4];
    let factor = exp(own.x - highest);
    sum += factor * own.y;
    mean += factor * stretches[stretch_at + d];
  }
  output[t * (OUT_STRIDE / 4u) + id.x] = mean / sum;
}
