// The shares of shaders/row_shares.wgsl in plain numbers: what the kernel is compared with, to the last bit.
import { type ShareScale, stepOf } from '../../src/gpu/row-shares.ts';

const BOTTOM = 0xffff_fffe;
const POWERS = Array.from({ length: 16 }, (_, i) => Math.round(2 ** (31 - i / 16)));
const [C1, C2, C3] = [2_977_044_161, 251_874, 3_579];

/** The high word of a product of two words. */
const highOf = (a: number, b: number): number => {
  const [al, ah, bl, bh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = Math.floor((al * bl) / 65_536) + ((ah * bl) % 65_536) + ((al * bh) % 65_536);
  return ah * bh + Math.floor((ah * bl) / 65_536) + Math.floor((al * bh) / 65_536) + Math.floor(middle / 65_536);
};

/** A power of two that a logit is below the largest: whole part, and fraction in 32 bits. */
export type Power = readonly [whole: number, fraction: number];

const LOWEST = -(2 ** 31);
const HIGHEST = 2_147_483_520;

export function powerOf(logit: number, top: number, scale: ShareScale): Power {
  const bounded = (l: number) => stepOf(Math.min(HIGHEST, Math.max(LOWEST, l * scale.scale)), { scale: 1 });
  const steps = bounded(top) - bounded(logit);
  const [low, high] = [Math.imul(steps, scale.rate) >>> 0, highOf(steps, scale.rate)];
  const whole = high >>> scale.shift;
  return [whole, ((high << (32 - scale.shift)) | (low >>> scale.shift)) >>> 0];
}

export const depthOf = ([whole, fraction]: Power): number =>
  whole >= 32 ? BOTTOM : Math.min(BOTTOM, whole * 2 ** 27 + (fraction >>> 5));

/** Of 2^43. */
export function shareOf([whole, fraction]: Power): number {
  if (whole >= 44) return 0;
  const rest = ((fraction & 0x0fff_ffff) << 4) >>> 0;
  const square = (C2 - Math.floor(((rest >>> 16) * C3) / 65_536)) * 4096;
  const less = highOf(rest, C1 - (highOf(rest, square) >>> 4));
  const power = POWERS[fraction >>> 28]!;
  return Math.floor(((power - (highOf(power, less) >>> 4)) * 4096) / 2 ** whole);
}

/** Exact. */
export function sumOfShares(shares: readonly number[]): bigint {
  let [whole, part] = [0n, 0];
  for (const share of shares) {
    part += share;
    if (part < 2 ** 52) continue;
    whole += BigInt(part);
    part = 0;
  }
  return whole + BigInt(part);
}
