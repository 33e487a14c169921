// How quickly an adapter multiplies and adds: four chains of vec4f a thread, each number 2 * STEPS operations, and hardly any memory.
@group(0) @binding(0) var<storage, read> factors: array<vec4f>;     // [2]: what a chain is multiplied by, and what is added
@group(0) @binding(1) var<storage, read_write> ends: array<f32>;    // [groups, WORKGROUP]

@compute @workgroup_size(WORKGROUP)
fn rate_multiply(@builtin(global_invocation_id) id: vec3u) {
  let factor = factors[0];
  let term = factors[1];
  var a = vec4f(f32(id.x % 16u));
  var b = a + 1.0;
  var c = a + 2.0;
  var d = a + 3.0;
  for (var i = 0u; i < STEPS; i++) {
    a = a * factor + term;
    b = b * factor + term;
    c = c * factor + term;
    d = d * factor + term;
  }
  let all = (a + b) + (c + d);
  ends[id.x] = all.x + all.y + all.z + all.w;
}
