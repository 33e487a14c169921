// Measures the engine on an open adapter: prefill and decode of one model by several classes of kernels in turn, on one copy of its weights.
import { ModelLoader, openSession } from '../../src/engine/model.ts';
import type { Session } from '../../src/engine/session.ts';
import type { Gpu, KernelClass } from '../../src/gpu/device.ts';
import { partBytes } from '../../src/gpu/layout.ts';
import type { Runner } from '../../src/gpu/runner.ts';
import type { Weights } from '../../src/gpu/weights.ts';
import { defined } from '../../src/lib/assert.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import { fuse } from '../../src/model/rewrites/fuse.ts';
import { checkLogits, someIds } from './check.ts';
import type { BenchModel } from './models.ts';

/** Milliseconds over `rounds` rounds. */
export interface Timing {
  readonly min: number;
  readonly median: number;
  readonly rounds: number;
}

/** Null where a cell was left out because it would have taken too long, or does not fit the context. */
export type Cells = Readonly<Record<number, Timing | null>>;

export interface EngineNumbers {
  readonly model: string;
  readonly kernels: KernelClass;
  /** Milliseconds for a prompt of so many tokens. */
  readonly prefill: Cells;
  /** Milliseconds for a token with so many positions before it, logits read back. */
  readonly decode: Cells;
  readonly dispatchesPerToken: number;
  readonly weightBytesPerToken: number;
  readonly check: string;
}

export interface MeasureOptions {
  readonly classes: readonly KernelClass[];
  /** Lengths of prompts. */
  readonly prefill: readonly number[];
  /** Positions. */
  readonly decode: readonly number[];
  readonly rounds: number;
  /** A cell takes no further round after so many milliseconds; a prompt is left out that would surely take three times as long. */
  readonly cellMs: number;
  readonly log: (line: string) => void;
}

interface Subject {
  readonly kernels: KernelClass;
  readonly session: Session;
  readonly runner: Runner;
}

const SEQUENCES = 8;

/** Checks the logits, then measures. Throws where they are wrong, and as loading does. */
export async function measureModel(gpu: Gpu, model: BenchModel, options: MeasureOptions): Promise<EngineNumbers[]> {
  const scope = gpu.scope.open(model.name);
  try {
    options.log(`${model.name}: loading`);
    const loader = await ModelLoader.create(gpu, scope, model.graph, model.tensors);
    for (const file of model.weightFiles) await loader.upload(file, model.stream(file));
    const subjects: Subject[] = [];
    for (const kernels of options.classes)
      subjects.push(await subject(gpu, scope, model.graph, loader.weights, kernels));
    const sessions = subjects.map(({ session }) => session);
    const check = await checkLogits(sessions, model);
    options.log(`${model.name}: ${check}`);
    const prefill = await measurePrefill(model, subjects, options);
    const decode = await measureDecode(model, subjects, prefill, options);
    return subjects.map(({ kernels, runner }, i) => ({
      model: model.name,
      kernels,
      prefill: defined(prefill[i], 'cells'),
      decode: defined(decode[i], 'cells'),
      dispatchesPerToken: runner.dispatchesPerToken,
      weightBytesPerToken: bytesPerToken(model.graph, loader.weights),
      check,
    }));
  } finally {
    scope[Symbol.dispose]();
  }
}

async function subject(
  gpu: Gpu,
  scope: Gpu['scope'],
  graph: Graph,
  weights: Weights,
  kernels: KernelClass,
): Promise<Subject> {
  const own = scope.open(kernels);
  const options = { sequences: SEQUENCES };
  const { runner, session } = await openSession({ ...gpu, kernelClass: kernels }, own, fuse(graph), weights, options);
  return { kernels, runner, session };
}

/** Bytes of every matrix that a decode step multiplies with, and of all vectors. */
function bytesPerToken(graph: Graph, { layouts }: Weights): number {
  const names = graph.ops.flatMap(op => (op.op === 'linear' ? [op.weight] : []));
  return [...names, graph.head].reduce((sum, name) => {
    const matrix = defined(layouts.matrices.get(name), name);
    return matrix.parts.reduce((bytes, part) => bytes + partBytes(matrix, part), sum);
  }, layouts.vectorBytes);
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
    for (const [i, timing] of (await measureCell(able, options)).entries()) {
      const subject = subjects[i]!;
      if (timing && (timing.min / length) * next > 3 * options.cellMs) slow.add(subject);
      note(options, model, subject, `prefill ${length}`, timing);
      cells[i]![length] = timing;
    }
  }
  return cells;
}

/**
 * Tokens one after the other, the first with `position` positions before it (a little fewer where the context would end). Left out where
 * the prefill of that length was.
 */
async function measureDecode(
  model: BenchModel,
  subjects: readonly Subject[],
  prefill: readonly Cells[],
  options: MeasureOptions,
) {
  const { n_ctx, vocab_size } = model.graph.dims;
  const ids = someIds(vocab_size, n_ctx, 3);
  const cells: Record<number, Timing | null>[] = subjects.map(() => ({}));
  for (const position of options.decode) {
    const begin = Math.min(position, n_ctx - options.rounds - 1);
    const rounds = subjects.map(({ session }, i) => {
      if (position > n_ctx || begin < 1 || prefill[i]?.[position] === null) return null;
      let at = begin;
      return async () => {
        await session.prefill(ids.subarray(0, at));
        return timed(() => session.next(ids.subarray(0, ++at)));
      };
    });
    for (const [i, timing] of (await measureCell(rounds, options)).entries()) {
      note(options, model, subjects[i]!, `decode at ${position}`, timing);
      cells[i]![position] = timing;
    }
  }
  return cells;
}

/** Rounds in which every subject takes its turn, so that what else the machine does hits all of them. The first one warms up and is not counted. */
async function measureCell(
  subjects: readonly ((() => Promise<number>) | null)[],
  { rounds, cellMs }: MeasureOptions,
): Promise<(Timing | null)[]> {
  const times = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const own = times[i]!;
      if (subject === null || own.reduce((sum, ms) => sum + ms, 0) > cellMs) continue;
      own.push(await subject());
    }
  }
  return times.map(own => timingOf(own.length > 1 ? own.slice(1) : own));
}

function note(
  { log }: MeasureOptions,
  model: BenchModel,
  { kernels }: Subject,
  what: string,
  timing: Timing | null,
): void {
  log(`${model.name}, ${kernels}: ${what}: ${timing === null ? 'left out' : `${timing.min.toFixed(2)} ms`}`);
}

export function timingOf(times: readonly number[]): Timing | null {
  const sorted = [...times].sort((a, b) => a - b);
  const [min] = sorted;
  if (min === undefined) return null;
  const middle = sorted.length / 2;
  const low = defined(sorted[Math.ceil(middle) - 1], 'a middle');
  return { min, median: (low + defined(sorted[Math.floor(middle)], 'a middle')) / 2, rounds: sorted.length };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
