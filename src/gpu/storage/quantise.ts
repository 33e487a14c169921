// Numbers to blocks of 32 as ggml lays them down, made while a checkpoint of floats is loaded: the scale that leaves the least squared error of a few.
import { float32OfHalf, halfOfFloat32 } from '../../lib/half.ts';

const BLOCK = 32;
/** How much of its range a block of four bits keeps: what is outside is cut, what is inside is finer. */
const KEPT = [1, 0.95, 0.9, 0.85, 0.8, 0.72];

/** The nearest f16, and its bits. */
function half(value: number): { readonly value: number; readonly bits: number } {
  const bits = halfOfFloat32(value);
  return { value: float32OfHalf(bits), bits };
}

/** Of -127 to 127; 0 for NaN. */
const signedStep = (x: number): number => Math.max(-127, Math.min(127, Math.round(Number.isNaN(x) ? 0 : x)));

/** Q8_0. */
export function eightBits(numbers: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = 34;
  const out = new Uint8Array((numbers.length / BLOCK) * bytes);
  const view = new DataView(out.buffer);
  for (let at = 0, to = 0; at < numbers.length; at += BLOCK, to += bytes) {
    let most = 0;
    for (let i = 0; i < BLOCK; i++) most = Math.max(most, Math.abs(numbers[at + i]!));
    const d = half(most / 127);
    view.setUint16(to, d.bits, true);
    const per = d.value === 0 ? 0 : 1 / d.value;
    for (let i = 0; i < BLOCK; i++) view.setInt8(to + 2 + i, signedStep(numbers[at + i]! * per));
  }
  return out;
}

/** A scale and a minimum of sixteen steps, rounded to f16, and what is lost by them. */
interface Steps {
  readonly d: ReturnType<typeof half>;
  readonly m: ReturnType<typeof half>;
  readonly loss: number;
}

/** Q4_1. */
export function fourBits(numbers: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = 20;
  const out = new Uint8Array((numbers.length / BLOCK) * bytes);
  const view = new DataView(out.buffer);
  for (let at = 0, to = 0; at < numbers.length; at += BLOCK, to += bytes) {
    const block = numbers.subarray(at, at + BLOCK);
    const { d, m } = bestSteps(block);
    view.setUint16(to, d.bits, true);
    view.setUint16(to + 2, m.bits, true);
    for (let i = 0; i < BLOCK / 2; i++)
      out[to + 4 + i] = stepOf(block[i]!, d.value, m.value) | (stepOf(block[i + BLOCK / 2]!, d.value, m.value) << 4);
  }
  return out;
}

/** Of sixteen; 0 where x or the scale says nothing. */
function stepOf(x: number, d: number, m: number): number {
  const q = d === 0 ? 0 : Math.round((x - m) / d);
  return q > 15 ? 15 : q > 0 ? q : 0;
}

function bestSteps(block: Float32Array): Steps {
  let [low, high] = [block[0]!, block[0]!];
  for (const x of block) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  let best = stepsFrom(block, 0, (low + high) / 2);
  for (const kept of KEPT) {
    const cut = ((1 - kept) * (high - low)) / 2;
    const begun = stepsFrom(block, (kept * (high - low)) / 15, low + cut);
    const fitted = leastSquares(block, begun);
    if (begun.loss < best.loss) best = begun;
    if (fitted.loss < best.loss) best = fitted;
  }
  return best;
}

function stepsFrom(block: Float32Array, scale: number, minimum: number): Steps {
  const [d, m] = [half(scale), half(minimum)];
  const [step, least] = [d.value, m.value];
  let loss = 0;
  for (let i = 0; i < BLOCK; i++) {
    const x = block[i]!;
    const error = step * stepOf(x, step, least) + least - x;
    loss += error * error;
  }
  return { d, m, loss };
}

/** The scale and minimum of least squares for the steps that the numbers have. */
function leastSquares(block: Float32Array, steps: Steps): Steps {
  const [step, least] = [steps.d.value, steps.m.value];
  let [sumQ, sumX, sumQQ, sumQX] = [0, 0, 0, 0];
  for (let i = 0; i < BLOCK; i++) {
    const x = block[i]!;
    const q = stepOf(x, step, least);
    sumQ += q;
    sumX += x;
    sumQQ += q * q;
    sumQX += q * x;
  }
  const spread = BLOCK * sumQQ - sumQ * sumQ;
  if (spread === 0) return steps;
  const scale = (BLOCK * sumQX - sumQ * sumX) / spread;
  return stepsFrom(block, scale, (sumX - scale * sumQ) / BLOCK);
}
