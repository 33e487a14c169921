// What the format of its weights changes in a model, on a text: its rows beside those of the files as they are, which are loaded beside it for that long.
import type { Gpu } from '../gpu/device.ts';
import type { ModelFiles } from '../hub/files.ts';
import { NucleusError } from '../lib/error.ts';
import { splitDigest } from '../lib/weight-format.ts';
import type { Accuracy } from '../protocol/events.ts';
import { divergence } from '../sampling/compare.ts';
import { rowStatistics, topOf } from '../sampling/row.ts';
import { readNumericCheckpoint } from './checkpoint.ts';
import type { OpenModel } from './load.ts';
import { ModelLoader } from './model.ts';
import type { Session } from './session.ts';
import { throwIfCancelled } from './throw-if-cancelled.ts';

/** What gives rows of logits [V] after a text. */
type Rows = Pick<Session, 'next'>;

export interface AccuracyInput {
  readonly gpu: Gpu;
  readonly model: OpenModel;
  /** The same files. */
  readonly files: ModelFiles;
  /** The text [2 .. allowed]. */
  readonly tokens: Uint32Array;
  readonly signal: AbortSignal;
}

/**
 * What is known after each row. Nothing of the files stays on the GPU. Throws `out_of_memory` or `model_too_large` where both do not fit at once, `integrity`
 * where the files are no longer those of the model, `cancelled`, and as reading and running do.
 */
export async function* measureAccuracy(input: AccuracyInput): AsyncGenerator<Accuracy> {
  const { gpu, model, files, tokens, signal } = input;
  const scope = gpu.scope.open('original');
  try {
    const { graph, tensors, weightFiles } = await readNumericCheckpoint(files);
    // Keys and values as the model in use keeps them: what is asked for is the weights alone.
    const halfKeys = model.room.state.kv === 'f16' ? { kv: 'f16' as const } : {};
    const options = { sequences: 1, allowed: tokens.length, ...halfKeys };
    const loader = await ModelLoader.create(gpu, scope, graph, tensors, options);
    const finishing = loader.finish();
    finishing.catch(() => {});
    for (const file of weightFiles) await loader.upload(file, files.stream(file));
    const { session } = await finishing;
    if ((await files.digest()) !== splitDigest(model.loaded.digest).files)
      throw new NucleusError('integrity', 'the files are no longer those that the model was loaded from');
    // All rows are computed at once; each is then brought back by itself.
    for (const each of [model.session, session]) await each.prefill(tokens, signal);
    yield* compared(model.session, session, tokens, signal);
  } finally {
    scope[Symbol.dispose]();
  }
}

/** `own` beside `original`, row by row. Throws `nan_logits` and `cancelled`. */
export async function* compared(
  own: Rows,
  original: Rows,
  tokens: Uint32Array,
  signal: AbortSignal,
): AsyncGenerator<Accuracy> {
  const total = tokens.length - 1;
  let [kl, worst, same, nats, originalNats] = [0, 0, 0, 0, 0];
  for (let done = 1; done <= total; done++) {
    throwIfCancelled(signal, 'the comparison of rows');
    const text = tokens.subarray(0, done);
    const [row, wanted] = [await own.next(text, signal), await original.next(text, signal)];
    const next = tokens[done] ?? 0;
    const [mine, theirs] = [rowStatistics(row, next), rowStatistics(wanted, next)];
    const apart = divergence({ logits: wanted, logZ: theirs.logZ }, { logits: row, logZ: mine.logZ });
    kl += apart;
    worst = Math.max(worst, apart);
    if (topOf(row, 1).ids[0] === topOf(wanted, 1).ids[0]) same++;
    nats += mine.logZ - mine.logit;
    originalNats += theirs.logZ - theirs.logit;
    const perplexities = { perplexity: Math.exp(nats / done), originalPerplexity: Math.exp(originalNats / done) };
    yield { done, total, kl: kl / done, worst, same, ...perplexities };
  }
}
