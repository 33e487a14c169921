// What takes turns in the benchmark: a model in formats of its weights, each format loaded once, with one or more classes of kernels on it.
import { ModelLoader, openSession } from '../../src/engine/model.ts';
import type { Session } from '../../src/engine/session.ts';
import type { Gpu, KernelClass } from '../../src/gpu/device.ts';
import { partBytes } from '../../src/gpu/layout.ts';
import type { Runner } from '../../src/gpu/runner.ts';
import type { Scope } from '../../src/gpu/scope.ts';
import type { Weights } from '../../src/gpu/weights.ts';
import { defined } from '../../src/lib/assert.ts';
import type { FormatChoice } from '../../src/lib/weight-format.ts';
import type { Graph } from '../../src/model/ir/graph.ts';
import { fuse } from '../../src/model/rewrites/fuse.ts';
import type { BenchModel } from './models.ts';

export interface Variant {
  readonly format: FormatChoice;
  readonly kernels: KernelClass;
}

export interface Subject extends Variant {
  readonly session: Session;
  readonly runner: Runner;
  /** Milliseconds: of bringing the weights to the GPU, without what the source took to give them, and of compiling. */
  readonly load: { readonly weights: number; readonly kernels: number };
  /** Bytes on the GPU. */
  readonly bytes: { readonly weights: number; readonly session: number };
  readonly weightBytesPerToken: number;
  /** Gives `ids` their places in the cache without computing them: their keys and values are whatever was there, which costs a step after them the same. */
  layOut(ids: Uint32Array): Promise<void>;
  /** The row after `ids` by the naive kernels on the same weights, in a session of its own. */
  naiveRow(ids: Uint32Array): Promise<Float32Array>;
}

/** Every format with the adapter's own kernels, and the first one with those of `twins` besides. */
export function variantsOf(
  kernels: KernelClass,
  [first = 'stored', ...formats]: readonly FormatChoice[],
  twins: readonly KernelClass[],
): Variant[] {
  const others = twins.filter(twin => twin !== kernels);
  return [
    { format: first, kernels },
    ...formats.map(format => ({ format, kernels })),
    ...others.map(twin => ({ format: first, kernels: twin })),
  ];
}

/** Tables of slots of a session. */
const SEQUENCES = 8;

/** Opens every variant in `scope`, formats in the order in which they first come. Throws as loading does. */
export async function openSubjects(
  gpu: Gpu,
  scope: Scope,
  model: BenchModel,
  variants: readonly Variant[],
): Promise<Subject[]> {
  const loaded = new Map<FormatChoice, { weights: Weights; ms: number }>();
  const subjects: Subject[] = [];
  for (const { format, kernels } of variants) {
    const { weights, ms } = loaded.get(format) ?? (await load(gpu, scope, model, format));
    loaded.set(format, { weights, ms });
    subjects.push(await open({ gpu, scope, graph: model.graph, weights, ms }, { format, kernels }));
  }
  return subjects;
}

async function load(gpu: Gpu, scope: Scope, { graph, tensors, weightFiles, stream }: BenchModel, format: FormatChoice) {
  let waited = 0;
  async function* counted(file: string): AsyncGenerator<Uint8Array> {
    const pieces = stream(file)[Symbol.asyncIterator]();
    for (;;) {
      const begin = performance.now();
      const { done, value } = await pieces.next();
      waited += performance.now() - begin;
      if (done) return;
      yield value;
    }
  }
  const begin = performance.now();
  const options = format === 'stored' ? {} : { format };
  const loader = await ModelLoader.create(gpu, scope, graph, tensors, options);
  for (const file of weightFiles) await loader.upload(file, counted(file));
  return { weights: loader.weights, ms: performance.now() - begin - waited };
}

interface Loaded {
  readonly gpu: Gpu;
  readonly scope: Scope;
  readonly graph: Graph;
  readonly weights: Weights;
  readonly ms: number;
}

async function open(loaded: Loaded, { format, kernels }: Variant): Promise<Subject> {
  const { scope, graph, weights, ms } = loaded;
  const own = scope.open(`${format}/${kernels}`);
  const begin = performance.now();
  const { runner, session, cache, room } = await sessionOf(loaded, own, kernels);
  const compile = performance.now() - begin;
  return {
    format,
    kernels,
    session,
    runner,
    load: { weights: ms, kernels: compile },
    bytes: { weights: weights.layouts.bytes, session: own.bytes },
    weightBytesPerToken: bytesPerToken(graph, weights),
    layOut: async ids => {
      await room.need(ids.length + 64);
      const { write } = cache.open(ids);
      if (write) runner.writeTable(write);
    },
    naiveRow: async ids => {
      using beside = scope.open(`${format}/naive, to check`);
      const naive = await sessionOf(loaded, beside, 'naive');
      return (await naive.session.next(ids)).slice();
    },
  };
}

const sessionOf = ({ gpu, graph, weights }: Loaded, own: Scope, kernels: KernelClass) =>
  openSession({ ...gpu, kernelClass: kernels }, own, fuse(graph), weights, {
    sequences: SEQUENCES,
    allowed: graph.dims.n_ctx < LONGEST ? graph.dims.n_ctx : LONGEST,
  });

/** Tokens of a text of the benchmark at most. */
const LONGEST = 2048;

/** Bytes of every matrix that a decode step multiplies with, and of all vectors. */
function bytesPerToken(graph: Graph, { layouts }: Weights): number {
  const names = graph.ops.flatMap(op => (op.op === 'linear' ? [op.weight] : []));
  return [...names, graph.head].reduce((sum, name) => {
    const matrix = defined(layouts.matrices.get(name), name);
    return matrix.parts.reduce((bytes, part) => bytes + partBytes(matrix, part), sum);
  }, layouts.vectorBytes);
}
