// Measures what each view of the inside costs on an open adapter: time with and without opening it, and the memory that it takes.

import { ModelLoader } from '../../src/engine/model.ts';
import { answerProbe } from '../../src/engine/probes/probe-answers.ts';
import type { Gpu, KernelClass } from '../../src/gpu/device.ts';
import { defined } from '../../src/lib/assert.ts';
import type { Dims } from '../../src/model/ir/graph.ts';
import type { Part } from '../../src/model/rewrites/ablation.ts';
import type { ProbeCommand, ProbeView } from '../../src/protocol/probe-commands.ts';
import { someIds } from './check.ts';
import type { BenchModel } from './models.ts';
import { markdown, timingCell } from './table.ts';
import { type Timing, timingOf } from './timing.ts';

export interface ViewNumbers {
  readonly model: string;
  readonly kernels: KernelClass;
  /** What was asked, in words. */
  readonly view: string;
  /** Milliseconds of the first time, which reserves memory and compiles; then of later ones. */
  readonly first: number;
  readonly timing: Timing;
  /** Bytes on the GPU beside the session, the most seen. */
  readonly bytes: number;
}

export interface ViewOptions {
  readonly rounds: number;
  /** A view is not asked again once it took so many milliseconds. */
  readonly cellMs: number;
  readonly log: (line: string) => void;
}

/** Tokens of the text that views look at. */
const T = 64;
const VIEWS: readonly ProbeView[] = ['lens', 'attention', 'ablation', 'trace'];

interface Asked {
  readonly view: string;
  readonly command: ProbeCommand;
}

/** Throws as loading and the views do. */
export async function measureViews(gpu: Gpu, model: BenchModel, options: ViewOptions): Promise<ViewNumbers[]> {
  const scope = gpu.scope.open(model.name);
  try {
    options.log(`${model.name}: loading`);
    const loader = await ModelLoader.create(gpu, scope, model.graph, model.tensors);
    for (const file of model.weightFiles) await loader.upload(file, model.stream(file));
    const { session, probes } = await loader.finish();
    const ids = someIds(model.graph.dims.vocab_size, T, 5);
    // The text is there, as it is on the page when a view opens.
    await session.next(ids);
    const open = { probes, vocabulary: { bytes: [], eosIds: [] } };
    const numbers: ViewNumbers[] = [];
    for (const { view, command } of asked(model.graph.dims, ids)) {
      const before = scope.bytes;
      let bytes = 0;
      const round = async (): Promise<number> => {
        const begin = performance.now();
        for await (const _ of answerProbe(open, command, new AbortController().signal)) {
          bytes = Math.max(bytes, scope.bytes - before);
        }
        return performance.now() - begin;
      };
      const first = await round();
      const times: number[] = [];
      for (let spent = first; times.length < options.rounds && (times.length === 0 || spent < options.cellMs); ) {
        const ms = await round();
        times.push(ms);
        spent += ms;
      }
      const timing = defined(timingOf(times), 'a timing');
      options.log(`${model.name}: ${view}: ${timing.min.toFixed(1)} ms`);
      numbers.push({ model: model.name, kernels: gpu.kernelClass, view, first, timing, bytes });
      for (const each of VIEWS) {
        for await (const _ of answerProbe(
          open,
          { type: 'close_view', run: 0, view: each },
          new AbortController().signal,
        ));
      }
    }
    return numbers;
  } finally {
    scope[Symbol.dispose]();
  }
}

function asked({ n_layer, n_head }: Dims, tokens: Uint32Array): Asked[] {
  const run = 0;
  const last = n_layer - 1;
  const heads = Array.from({ length: n_layer * n_head }, (_, i): Part => {
    return { kind: 'head', layer: Math.floor(i / n_head), head: i % n_head };
  });
  const pins = Uint32Array.from({ length: 8 }, (_, i) => i + 1);
  const off: Part[] = [{ kind: 'mlp', layer: 0 }];
  return [
    { view: 'lens, 16 positions', command: { type: 'lens', run, tokens, from: T - 16, to: T, asked: 1 } },
    { view: 'attention, all heads at a position', command: { type: 'attention', run, tokens, position: T - 1 } },
    {
      view: `attention map of a head, ${T} x ${T}`,
      command: { type: 'attention_map', run, tokens, layer: last, head: 0, from: 0 },
    },
    {
      view: `attention map, mean over heads, ${T} x ${T}`,
      command: { type: 'attention_map', run, tokens, layer: last, head: null, from: 0 },
    },
    { view: 'ablation, zero', command: { type: 'ablate', run, tokens, from: 1, off, baseline: 'zero' } },
    { view: 'ablation, mean', command: { type: 'ablate', run, tokens, from: 1, off, baseline: 'mean' } },
    {
      view: `sweep over ${heads.length} heads`,
      command: { type: 'sweep', run, tokens, id: 1, parts: heads, baseline: 'mean' },
    },
    { view: `8 pinned tokens, ${T} positions`, command: { type: 'pinned', run, tokens, pins, from: 0, to: T } },
    { view: 'tree, depth 3, 3 children', command: { type: 'grow', run, tokens, depth: 3, children: 3, floor: 0 } },
    { view: 'trace of a position', command: { type: 'trace', run, tokens, position: T - 1 } },
  ];
}

/** One line a view. */
export function viewTable(rows: readonly ViewNumbers[]): string {
  const head = ['model', 'kernels', 'view', 'first time, ms', 'again, ms', 'MB beside the session'];
  const lines = rows.map(({ model, kernels, view, first, timing, bytes }) => [
    model,
    kernels,
    view,
    first.toFixed(0),
    timingCell(timing, ms => ms),
    (bytes / 1e6).toFixed(1),
  ]);
  return markdown(head, lines);
}
