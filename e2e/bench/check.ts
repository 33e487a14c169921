// A speed counts only where the logits are right: every benchmark checks them in the same run, on the same sessions.
import type { Session } from '../../src/engine/session.ts';
import { logsumexp } from '../../src/reference/ops.ts';
import { run } from '../../src/reference/run.ts';
import { assertSoundRow } from '../../src/sampling/row.ts';
import { referenceWeights } from '../support/reference-weights.ts';
import type { BenchModel } from './models.ts';

/** A wrong epsilon moves log-probabilities by 1.6e-4: it must not pass. */
const TOLERANCE = 5e-5;
/** Two f32 ways of summing over twelve wide layers may differ by a little more than one from float64 over two. */
const TWIN_TOLERANCE = 5e-4;
const ROWS = [1, 8, 24] as const;

/** `count` ids, the same for the same seed; every seed starts with another id. */
export function someIds(vocab_size: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => (seed * 7919 + i * 104_729 + i * i * 31 + 1) % vocab_size);
}

/** Compares whole rows of log-probabilities; returns what was checked, in words. Throws where they are wrong. */
export async function checkLogits(sessions: readonly Session[], model: BenchModel): Promise<string> {
  const ids = someIds(model.graph.dims.vocab_size, 24, 1);
  return model.weightsFile === null ? checkTwins(sessions, ids) : checkOracle(sessions, model, model.weightsFile, ids);
}

async function checkOracle(
  sessions: readonly Session[],
  { name, graph }: BenchModel,
  weightsFile: Uint8Array,
  ids: Uint32Array,
): Promise<string> {
  const oracle = run(graph, referenceWeights(graph, { weightsFile }), ids);
  let worst = 0;
  for (const length of ROWS) {
    const wanted = logprobs(oracle.logits(length - 1));
    for (const session of sessions) {
      worst = Math.max(worst, difference(await soundRow(session, ids.subarray(0, length)), wanted));
    }
  }
  if (!(worst < TOLERANCE)) throw new Error(`${name}: log-probabilities are off by ${worst}`);
  return `within ${worst.toExponential(1)} of float64 at positions ${ROWS.join(', ')}`;
}

/** Too large for the oracle: a sane logsumexp, and kernels of different classes that agree. */
async function checkTwins(sessions: readonly Session[], ids: Uint32Array): Promise<string> {
  let first: Float64Array | null = null;
  let worst = 0;
  for (const session of sessions) {
    const row = await soundRow(session, ids);
    const logZ = logsumexp(Float64Array.from(row));
    const uniform = Math.log(row.length);
    // Logits of deviation 2 around 0: ln V + 2.
    if (!(logZ > uniform && logZ < uniform + 8)) throw new Error(`logZ ${logZ} is no sum over ${row.length} logits`);
    first ??= logprobs(row);
    worst = Math.max(worst, difference(row, first));
  }
  if (!(worst < TWIN_TOLERANCE)) throw new Error(`kernel classes differ by ${worst}`);
  return sessions.length > 1 ? `finite, logZ sane, classes within ${worst.toExponential(1)}` : 'finite, logZ sane';
}

async function soundRow(session: Session, ids: Uint32Array): Promise<Float32Array> {
  const row = await session.next(ids);
  assertSoundRow(row);
  return row;
}

function logprobs(row: Float32Array | Float64Array): Float64Array {
  const logits = Float64Array.from(row);
  const z = logsumexp(logits);
  return logits.map(logit => logit - z);
}

/** The largest difference of log-probabilities. */
function difference(row: Float32Array, wanted: Float64Array): number {
  return logprobs(row).reduce((worst, value, id) => Math.max(worst, Math.abs(value - (wanted[id] ?? Number.NaN))), 0);
}
