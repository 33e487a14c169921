// Numbers to blocks of 32 as ggml lays them down, made while a checkpoint of floats is loaded: the scale that leaves the least squared error of a few.
import { float32OfHalf, halfOfFloat32 } from '../../lib/half.ts';

const BLOCK = 32;
/** How much of its range a block of four bits keeps: what is outside is cut, what is inside is finer. */
const KEPT = [1, 0.95, 0.9, 0.85, 0.8, 0.72];

const nearestHalf = (value: number): number => float32OfHalf(halfOfFloat32(value));

/** Of -127 to 127, halves rounded up; 0 for NaN. Not Math.round, which is slow on doubles. */
function signedStep(x: number): number {
  if (!(x >= 0.5 || x < -0.5)) return 0;
  const step = Math.floor(x + 0.5);
  return step > 127 ? 127 : step < -127 ? -127 : step;
}

/** Q8_0. */
export function eightBits(numbers: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = 34;
  const out = new Uint8Array((numbers.length / BLOCK) * bytes);
  const view = new DataView(out.buffer);
  for (let at = 0, to = 0; at < numbers.length; at += BLOCK, to += bytes) {
    let most = 0;
    for (let i = 0; i < BLOCK; i++) most = Math.max(most, Math.abs(numbers[at + i]!));
    const d = nearestHalf(most / 127);
    view.setUint16(to, halfOfFloat32(d), true);
    const per = d === 0 ? 0 : 1 / d;
    // A negative step is written as the byte of its two's complement.
    for (let i = 0; i < BLOCK; i++) out[to + 2 + i] = signedStep(numbers[at + i]! * per);
  }
  return out;
}

/** The block at hand. One for all blocks: a model has millions. */
const block = new Float64Array(BLOCK);

/** Q4_1. */
export function fourBits(numbers: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = 20;
  const out = new Uint8Array((numbers.length / BLOCK) * bytes);
  const view = new DataView(out.buffer);
  for (let at = 0, to = 0; at < numbers.length; at += BLOCK, to += bytes) {
    for (let i = 0; i < BLOCK; i++) block[i] = numbers[at + i]!;
    const { d, m } = bestSteps();
    view.setUint16(to, halfOfFloat32(d), true);
    view.setUint16(to + 2, halfOfFloat32(m), true);
    for (let i = 0; i < BLOCK / 2; i++)
      out[to + 4 + i] = stepOf(block[i]!, d, m) | (stepOf(block[i + BLOCK / 2]!, d, m) << 4);
  }
  return out;
}

/** Of sixteen from `m`, each `d`, halves rounded up; 0 where x or `d` says nothing. Not Math.round, which is slow on doubles. */
function stepOf(x: number, d: number, m: number): number {
  const q = (x - m) / d;
  return d !== 0 && q >= 0.5 ? (q >= 15 ? 15 : (q + 0.5) | 0) : 0;
}

interface Steps {
  readonly d: number;
  readonly m: number;
  /** The squared error. */
  readonly loss: number;
}

/** The scale and minimum, both f16, that lose the least of a few: for parts of the range, as they are and fitted to the steps that they give. */
function bestSteps(): Steps {
  let low = block[0]!;
  let high = low;
  let sumX = 0;
  for (let i = 0; i < BLOCK; i++) {
    const x = block[i]!;
    low = Math.min(low, x);
    high = Math.max(high, x);
    sumX += x;
  }
  let best = stepsFrom(0, (low + high) / 2);
  for (const kept of KEPT) {
    const d = nearestHalf((kept * (high - low)) / 15);
    const m = nearestHalf(low + ((1 - kept) * (high - low)) / 2);
    // With what least squares need of the steps.
    let loss = 0;
    let sumQ = 0;
    let sumQQ = 0;
    let sumQX = 0;
    for (let i = 0; i < BLOCK; i++) {
      const x = block[i]!;
      const q = stepOf(x, d, m);
      const error = d * q + m - x;
      loss += error * error;
      sumQ += q;
      sumQQ += q * q;
      sumQX += q * x;
    }
    if (loss < best.loss) best = { d, m, loss };
    const spread = BLOCK * sumQQ - sumQ * sumQ;
    if (spread === 0) continue;
    const scale = (BLOCK * sumQX - sumQ * sumX) / spread;
    const fitted = stepsFrom(scale, (sumX - scale * sumQ) / BLOCK);
    if (fitted.loss < best.loss) best = fitted;
  }
  return best;
}

function stepsFrom(scale: number, minimum: number): Steps {
  const d = nearestHalf(scale);
  const m = nearestHalf(minimum);
  let loss = 0;
  for (let i = 0; i < BLOCK; i++) {
    const x = block[i]!;
    const error = d * stepOf(x, d, m) + m - x;
    loss += error * error;
  }
  return { d, m, loss };
}
