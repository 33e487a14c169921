// Weights of the ids of a row as whole numbers, where a draw goes past the list of the likeliest: sums of them are exact, whatever their order, and the same on
// every GPU. How the kernels count, and how far a share may be from its weight.
//
// Logits are rounded to steps of 2^(EXPONENT - 23), where 2^EXPONENT is the temperature or the next power of two above it, 1 at least. Of an id whose logit
// is n steps below the largest the share is 2^43 * 2^-(n * rate), the fraction of the power by a table and a polynomial (shaders/row_shares.wgsl).

/** Parts of the share of the likeliest id. */
const ONE = 2 ** 43;
/** Of a power's fraction, of the polynomial and of all roundings of words, relative. */
const ARITHMETIC = 2 ** -26;

export interface ShareScale {
  /** Steps a unit of logits: a power of two. */
  readonly scale: number;
  /** Powers of two a step, in units of 2^-(32 + shift); `shift` is from 1 to 31. */
  readonly rate: number;
  readonly shift: number;
  /** Sums are within 2^-room of those of weights, with some to spare. */
  readonly room: number;
}

const exponentOf = (temperature: number): number => Math.max(0, Math.ceil(Math.log2(temperature)));

/** Of a temperature from 0.001 to 100. */
export function shareScale(temperature: number): ShareScale {
  const exponent = exponentOf(temperature);
  const power = (Math.LOG2E / temperature) * 2 ** exponent;
  const bits = Math.floor(Math.log2(power)) + 1;
  return {
    scale: 2 ** (23 - exponent),
    rate: Math.min(Math.round(power * 2 ** (32 - bits)), 2 ** 32 - 1),
    shift: 23 - bits,
    room: Math.floor(-Math.log2(4 * relativeError(temperature))),
  };
}

/** Steps of a logit, halves to the even one, as WGSL rounds. */
export function stepOf(logit: number, { scale }: Pick<ShareScale, 'scale'>): number {
  const steps = Math.round(logit * scale);
  return steps - logit * scale === 0.5 && steps % 2 !== 0 ? steps - 1 : steps;
}

/** A sum of shares as a mass of weights, each exp((logit - top) / temperature); `top` is the largest logit. */
export function massOf(shares: number, top: number, temperature: number): number {
  const scale = shareScale(temperature);
  const rounded = stepOf(top, scale) / scale.scale;
  return (shares / ONE) * Math.exp((rounded - top) / temperature);
}

/** Half a step of a logit, and what the arithmetic of a share adds. */
const relativeError = (temperature: number): number => 2 ** (exponentOf(temperature) - 24) / temperature + ARITHMETIC;

/** How far the mass of shares of at most `count` ids may be from that of their weights: part of itself and of a share each. */
export function massError(mass: number, count: number, temperature: number): number {
  return relativeError(temperature) * mass + (2 * count) / ONE;
}
