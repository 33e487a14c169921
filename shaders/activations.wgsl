// Part: the activation functions, chosen by the constant ACTIVATION.
const GELU_NEW: u32 = 1u;
const GELU: u32 = 2u;
const RELU: u32 = 3u;
const RELU2: u32 = 4u;
const SILU: u32 = 5u;
const QUICK_GELU: u32 = 6u;
const SIGMOID: u32 = 7u;

// tanh form of GELU (Hendrycks and Gimpel 2016). tanh is NaN for large arguments on several drivers, and is 1 in f32 beyond 9.01.
fn gelu_new(x: f32) -> f32 {
  let inner = 0.7978845608028654 * (x + 0.044715 * x * x * x);
  return 0.5 * x * (1.0 + tanh(clamp(inner, -9.01, 9.01)));
}

// erf for |x| < 0.5 by its Maclaurin series: seven terms leave an error under 1e-9.
fn erf_small(x: f32) -> f32 {
  let z = x * x;
  return 1.1283791670955126 * x *
    (1.0 - z * (1.0 / 3.0 - z * (1.0 / 10.0 - z * (1.0 / 42.0 - z * (1.0 / 216.0 - z * (1.0 / 1320.0 - z / 9360.0))))));
}

// erfc for x >= 0: Chebyshev fit with fractional error under 1.2e-7 (Press et al., Numerical Recipes, section 6.2).
fn erfc_positive(x: f32) -> f32 {
  let t = 1.0 / (1.0 + 0.5 * x);
  let series = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806 +
    t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
  return t * exp(-x * x + series);
}

// Exact form of GELU: x * Phi(x).
fn gelu(x: f32) -> f32 {
  let z = abs(x) * 0.7071067811865476;
  if (z < 0.5) {
    return 0.5 * x * (1.0 + sign(x) * erf_small(z));
  }
  let tail = 0.5 * erfc_positive(min(z, 9.0));
  return select(x * tail, x * (1.0 - tail), x > 0.0);
}

// 1 / (1 + exp(-x)); exp of 88 is the last that f32 holds, and the sigmoid is 0 in f32 there.
fn sigmoid(x: f32) -> f32 {
  return 1.0 / (1.0 + exp(min(-x, 88.0)));
}

fn activate(x: f32) -> f32 {
  if (ACTIVATION == GELU_NEW) {
    return gelu_new(x);
  }
  if (ACTIVATION == GELU) {
    return gelu(x);
  }
  if (ACTIVATION == RELU) {
    return max(x, 0.0);
  }
  if (ACTIVATION == RELU2) {
    return max(x, 0.0) * max(x, 0.0);
  }
  if (ACTIVATION == SILU) {
    return x * sigmoid(x);
  }
  if (ACTIVATION == QUICK_GELU) {
    return x * sigmoid(1.702 * x);
  }
  if (ACTIVATION == SIGMOID) {
    return sigmoid(x);
  }
  return x;
}
