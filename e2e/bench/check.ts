// A speed counts only where the logits are right: every benchmark checks them in the same run, on the same sessions.
import { storageOfWeights } from '../../src/engine/stored-weights.ts';
import { defined } from '../../src/lib/assert.ts';
import type { FormatChoice } from '../../src/lib/weight-format.ts';
import { matchWeights } from '../../src/model/checkpoint.ts';
import { logsumexp } from '../../src/reference/ops.ts';
import { run } from '../../src/reference/run.ts';
import { assertSoundRow } from '../../src/sampling/row.ts';
import { asStored, referenceWeights } from '../support/reference-weights.ts';
import type { BenchModel } from './models.ts';
import type { Subject } from './subjects.ts';

/** A wrong epsilon moves log-probabilities by 1.6e-4: it must not pass. */
const TOLERANCE = 5e-5;
/** Two f32 ways of summing over twelve wide layers may differ by a little more than one from float64 over two. */
const TWIN_TOLERANCE = 5e-4;
/** Of a row of a format from that of the first one, as a share of how far a row after another text is from it: random layers carry int4 a third of the way. */
const MOST_OF_THE_WAY = 0.5;
const ROWS = [1, 8, 24] as const;

/** `count` ids, the same for the same seed; every seed starts with another id. */
export function someIds(vocab_size: number, count: number, seed: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: count }, (_, i) => (seed * 7919 + i * 104_729 + i * i * 31 + 1) % vocab_size);
}

/** The ids that rows are checked on. */
export const checkedIds = (vocab_size: number): Uint32Array<ArrayBuffer> => someIds(vocab_size, 24, 1);

/** Compares whole rows of log-probabilities; returns what was checked of each subject, in words. Throws where they are wrong. */
export async function checkLogits(subjects: readonly Subject[], model: BenchModel): Promise<string[]> {
  const ids = checkedIds(model.graph.dims.vocab_size);
  const { weightsFile } = model;
  return weightsFile === null ? checkTwins(subjects, ids) : checkOracle(subjects, model, weightsFile, ids);
}

/** Each format beside the oracle on the numbers that its kernels read. */
async function checkOracle(
  subjects: readonly Subject[],
  { name, graph, tensors }: BenchModel,
  weightsFile: Uint8Array,
  ids: Uint32Array,
): Promise<string[]> {
  const wanted = new Map<FormatChoice, readonly Float64Array[]>();
  const rowsOf = (format: FormatChoice): readonly Float64Array[] => {
    const found = wanted.get(format);
    if (found) return found;
    const own = referenceWeights(graph, { weightsFile });
    const { tensorOf } = matchWeights(graph, tensors);
    const stored =
      format === 'stored'
        ? { graph, weights: own }
        : asStored(graph, own, storageOfWeights(graph, tensorOf, tensors, format));
    const oracle = run(stored.graph, stored.weights, ids);
    const rows = ROWS.map(length => logprobs(oracle.logits(length - 1)));
    wanted.set(format, rows);
    return rows;
  };
  const words: string[] = [];
  for (const { session, format } of subjects) {
    let worst = 0;
    for (const [i, length] of ROWS.entries()) {
      const row = logprobs(await soundRow(session, ids.subarray(0, length)));
      worst = Math.max(worst, difference(row, defined(rowsOf(format)[i], 'a row')));
    }
    if (!(worst < TOLERANCE)) throw new Error(`${name}, ${format}: log-probabilities are off by ${worst}`);
    words.push(`within ${worst.toExponential(1)} of float64 at positions ${ROWS.join(', ')}`);
  }
  return words;
}

/**
 * Too large for the oracle: a sane logsumexp; naive kernels on the same stored numbers that agree; and rows of the formats that are nearer to that of the
 * first one than to nothing in particular.
 */
async function checkTwins(subjects: readonly Subject[], ids: Uint32Array): Promise<string[]> {
  const naive = new Map<FormatChoice, Float64Array>();
  let first: { readonly row: Float64Array; readonly elsewhere: number } | null = null;
  const words: string[] = [];
  for (const subject of subjects) {
    const { session, format } = subject;
    const row = await soundRow(session, ids);
    const logZ = logsumexp(Float64Array.from(row));
    const uniform = Math.log(row.length);
    // Logits of deviation 2 around 0: ln V + 2.
    if (!(logZ > uniform && logZ < uniform + 8)) throw new Error(`logZ ${logZ} is no sum over ${row.length} logits`);
    const own = logprobs(row);
    const twin = naive.get(format) ?? logprobs(await subject.naiveRow(ids));
    naive.set(format, twin);
    const apart = difference(own, twin);
    if (!(apart < TWIN_TOLERANCE)) throw new Error(`${format}: naive kernels differ by ${apart}`);
    const others = someIds(row.length, ids.length, 2);
    first ??= { row: own, elsewhere: divergence(own, logprobs(await soundRow(session, others))) };
    const kl = divergence(first.row, own);
    if (!(kl < MOST_OF_THE_WAY * first.elsewhere))
      throw new Error(`${format}: ${kl} nats from the first format, where another text is ${first.elsewhere}`);
    const beside =
      own === first.row ? '' : `, KL to the first ${kl.toExponential(1)} (another text ${first.elsewhere.toFixed(1)})`;
    words.push(`naive kernels within ${apart.toExponential(1)}${beside}`);
  }
  return words;
}

async function soundRow(session: Subject['session'], ids: Uint32Array): Promise<Float32Array> {
  const row = await session.next(ids);
  assertSoundRow(row);
  return row;
}

export function logprobs(row: ArrayLike<number>): Float64Array {
  const logits = Float64Array.from(row);
  const z = logsumexp(logits);
  return logits.map(logit => logit - z);
}

/** The largest difference of log-probabilities. */
export function difference(row: Float64Array, wanted: Float64Array): number {
  return row.reduce((worst, value, id) => Math.max(worst, Math.abs(value - (wanted[id] ?? Number.NaN))), 0);
}

/** Kullback-Leibler divergence of `row` from `wanted`, log-probabilities both, nats. */
export function divergence(wanted: Float64Array, row: Float64Array): number {
  return wanted.reduce((sum, value, id) => sum + Math.exp(value) * (value - (row[id] ?? Number.NaN)), 0);
}
