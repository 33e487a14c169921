// Measures the engine on an open adapter: prefill and decode of one model, its formats and classes of kernels in turn.
import type { Gpu, KernelClass } from '../../src/gpu/device.ts';
import { defined } from '../../src/lib/assert.ts';
import type { FormatChoice } from '../../src/lib/weight-format.ts';
import { checkLogits, someIds } from './check.ts';
import { greedyMs } from './drawn.ts';
import type { BenchModel } from './models.ts';
import { openSubjects, type Subject, type Variant } from './subjects.ts';
import { inTurns, type Timing, timed } from './timing.ts';

/** Null where a cell was left out because it would have taken too long, or does not fit the context. */
export type Cells = Readonly<Record<number, Timing | null>>;

export interface EngineNumbers {
  readonly model: string;
  readonly format: FormatChoice;
  readonly kernels: KernelClass;
  /** Milliseconds for a prompt of so many tokens. */
  readonly prefill: Cells;
  /** Milliseconds for a token of a run with so many positions before it: drawn on the GPU, the next step queued behind it. */
  readonly decode: Cells;
  /** Milliseconds for a step there whose whole row of logits is read back before the next one begins. */
  readonly row: Cells;
  /** Milliseconds: weights, kernels. */
  readonly load: Subject['load'];
  readonly bytes: Subject['bytes'];
  readonly dispatchesPerToken: number;
  readonly weightBytesPerToken: number;
  readonly check: string;
}

export interface MeasureOptions {
  /** The first one is what ratios are to. */
  readonly variants: readonly Variant[];
  /** Lengths of prompts. */
  readonly prefill: readonly number[];
  /** Positions. */
  readonly decode: readonly number[];
  readonly rounds: number;
  /** A cell takes no further round after so many milliseconds; a prompt is left out that would surely take three times as long. */
  readonly cellMs: number;
  readonly log: (line: string) => void;
}

/** Greedy tokens of one round, of a model that takes less than SLOW_MS a token; and of one that takes more. */
const DRAWN = 8;
const FEW_DRAWN = 2;
const SLOW_MS = 250;

/** Checks the logits, then measures. Throws where they are wrong, and as loading does. */
export async function measureModel(gpu: Gpu, model: BenchModel, options: MeasureOptions): Promise<EngineNumbers[]> {
  const scope = gpu.scope.open(model.name);
  try {
    options.log(`${model.name}: loading`);
    const subjects = await openSubjects(gpu, scope, model, options.variants);
    const checks = await checkLogits(subjects, model);
    for (const check of new Set(checks)) options.log(`${model.name}: ${check}`);
    const prefill = await measurePrefill(model, subjects, options);
    const row = await measureDecode('whole row', model, subjects, options, wholeRow);
    for (const { session } of subjects) await session.canDraw();
    const decode = await measureDecode('decode', model, subjects, options, (subject, ids) => {
      const slow = Object.values(row[subjects.indexOf(subject)] ?? {}).some(cell => cell && cell.min > SLOW_MS);
      return greedyMs(subject.session, ids, slow ? FEW_DRAWN : DRAWN);
    });
    return subjects.map(({ format, kernels, load, bytes, runner, weightBytesPerToken }, i) => ({
      model: model.name,
      format,
      kernels,
      prefill: defined(prefill[i], 'cells'),
      decode: defined(decode[i], 'cells'),
      row: defined(row[i], 'cells'),
      load,
      bytes,
      dispatchesPerToken: runner.dispatchesPerToken,
      weightBytesPerToken,
      check: defined(checks[i], 'a check'),
    }));
  } finally {
    scope[Symbol.dispose]();
  }
}

/** Prompts that share no prefix with any before, so that nothing is re-used. */
async function measurePrefill(model: BenchModel, subjects: readonly Subject[], options: MeasureOptions) {
  const { n_ctx, vocab_size } = model.graph.dims;
  let seed = 100;
  const slow = new Set<Subject>();
  const cells: Record<number, Timing | null>[] = subjects.map(() => ({}));
  for (const [l, length] of options.prefill.entries()) {
    const next = options.prefill[l + 1] ?? 0;
    const rounds = subjects.map(subject => async () => {
      const ids = someIds(vocab_size, length, seed++);
      return timed(() => subject.session.prefill(ids));
    });
    const able = rounds.map((round, i) => (length > n_ctx || slow.has(subjects[i]!) ? null : round));
    for (const [i, timing] of (await inTurns(able, options)).entries()) {
      const subject = subjects[i]!;
      if (timing && (timing.min / length) * next > 3 * options.cellMs) slow.add(subject);
      note(options, model, subject, `prefill ${length}`, timing);
      cells[i]![length] = timing;
    }
  }
  return cells;
}

/** Milliseconds a token after `ids`, of which all but the last are in the cache. */
type Work = (subject: Subject, ids: Uint32Array<ArrayBuffer>) => Promise<number>;

const wholeRow: Work = ({ session }, ids) => timed(() => session.next(ids));

let texts = 0;

/** A text of `position` tokens that is always the same, and one more that no text before had: its step is yet to be computed. */
export function freshText(vocab_size: number, position: number): Uint32Array<ArrayBuffer> {
  const ids = someIds(vocab_size, position + 1, 3);
  ids[position] = texts++ % vocab_size;
  return ids;
}

/** `work` after texts of so many positions, a little fewer where the context would end. */
async function measureDecode(
  what: string,
  model: BenchModel,
  subjects: readonly Subject[],
  options: MeasureOptions,
  work: Work,
) {
  const { n_ctx, vocab_size } = model.graph.dims;
  const cells: Record<number, Timing | null>[] = subjects.map(() => ({}));
  for (const position of options.decode) {
    const begin = Math.min(position, n_ctx - DRAWN - 1);
    const rounds = subjects.map(subject => {
      if (position > n_ctx || begin < 1) return null;
      return async () => {
        const ids = freshText(vocab_size, begin);
        await subject.layOut(ids.subarray(0, begin));
        return work(subject, ids);
      };
    });
    for (const [i, timing] of (await inTurns(rounds, options)).entries()) {
      note(options, model, subjects[i]!, `${what} at ${position}`, timing);
      cells[i]![position] = timing;
    }
  }
  return cells;
}

function note(
  { log }: MeasureOptions,
  model: BenchModel,
  { format, kernels }: Subject,
  what: string,
  timing: Timing | null,
): void {
  const ms = timing === null ? 'left out' : `${timing.min.toFixed(2)} ms`;
  log(`${model.name}, ${format}, ${kernels}: ${what}: ${ms}`);
}
