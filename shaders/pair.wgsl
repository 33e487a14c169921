// Part: what happens to two finished sums of a gated product: biases, then an activation of the gate times what it lets through.
@group(0) @binding(3) var<storage, read> bias: array<f32>;              // [ROWS]
@group(0) @binding(4) var<storage, read_write> output: array<f32>;      // [T, OUT_STRIDE]

// Rows of the matrix below HALF are gates, row HALF + n is what gate n lets through.
const HALF: u32 = ROWS / 2u;

fn finish_pair(t: u32, n: u32, gate_sum: f32, through_sum: f32) {
  var gate = gate_sum;
  var through = through_sum;
  if (HAS_BIAS) {
    gate += bias[n];
    through += bias[HALF + n];
  }
  output[t * OUT_STRIDE + n] = activate(gate) * through;
}
