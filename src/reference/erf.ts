// The error function in float64, for the exact GELU.

const TWO_OVER_SQRT_PI = 1.1283791670955126;
/** Below, the series has no cancellation and ends soon; above, the continued fraction does. */
const SERIES_END = 2.5;

/**
 * erf(x) = 2 / sqrt(pi) * integral of exp(-t * t) from 0 to x, to about 2e-16.
 * Series: Abramowitz and Stegun 7.1.6 (all terms of one sign). Continued fraction of erfc: 7.1.14, evaluated from its tail.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  const value = size < SERIES_END ? series(size) : 1 - complement(size);
  return x < 0 ? -value : value;
}

/** 2 / sqrt(pi) * exp(-x^2) * sum over n of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)). */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-18; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return TWO_OVER_SQRT_PI * Math.exp(-x * x) * sum;
}

/** erfc(x) = exp(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / (x + ...)))), for x of SERIES_END or more. */
function complement(x: number): number {
  if (x > 6) return 0; // erfc(6) is 2e-17, less than half a unit in the last place of 1
  let tail = x;
  for (let n = 120; n >= 1; n--) tail = x + n / 2 / tail;
  return ((TWO_OVER_SQRT_PI / 2) * Math.exp(-x * x)) / tail;
}
