// Measures answers that step together: a step of eight beside a step of one, in turns, on one copy of the weights. The tokens are checked against single runs.
import { answers } from '../../src/engine/answers.ts';
import { generate } from '../../src/engine/generate.ts';
import { ModelLoader, openSession } from '../../src/engine/model.ts';
import type { Gpu, KernelClass } from '../../src/gpu/device.ts';
import { fuse } from '../../src/model/rewrites/fuse.ts';
import { DEFAULT_SETTINGS } from '../../src/sampling/settings.ts';
import { someIds } from './check.ts';
import type { BenchModel } from './models.ts';
import { markdown, timingCell } from './table.ts';
import { type Timing, timingOf } from './timing.ts';

const COUNTS = [1, 2, 4, 8, 16] as const;
/** Tokens of an answer, and of the text before it. */
const LENGTH = 5;
const PROMPT = 16;

export interface BatchNumbers {
  readonly model: string;
  readonly kernels: KernelClass;
  /** Milliseconds of a step of so many answers, draws included. */
  readonly steps: ReadonlyMap<number, Timing | null>;
}

export interface BatchOptions {
  readonly classes: readonly KernelClass[];
  readonly rounds: number;
  readonly log: (line: string) => void;
}

/** Throws where an answer of a batch is not that of a run of its own. */
export async function measureBatch(gpu: Gpu, model: BenchModel, options: BatchOptions): Promise<BatchNumbers[]> {
  const scope = gpu.scope.open(model.name);
  try {
    options.log(`${model.name}: loading`);
    const loader = await ModelLoader.create(gpu, scope, model.graph, model.tensors);
    for (const file of model.weightFiles) await loader.upload(file, model.stream(file));
    const out: BatchNumbers[] = [];
    for (const kernels of options.classes) {
      const own = { ...gpu, kernelClass: kernels };
      const opened = await openSession(own, scope.open(kernels), fuse(model.graph), loader.weights, {});
      const { session, batch, cache } = opened;
      const { vocab_size } = model.graph.dims;
      const vocabulary = { bytes: Array.from({ length: vocab_size }, () => new Uint8Array(1)), eosIds: [] };
      const settings = { ...DEFAULT_SETTINGS, max_new_tokens: LENGTH, stop: [] };
      const tokens = someIds(vocab_size, PROMPT, 5);
      const common = { run: 1, tokens, drawn: new Uint8Array(PROMPT), settings };
      const drawsOf = (count: number) => Array.from({ length: count }, (_, sample) => ({ seed: 3, sample }));
      const { signal } = new AbortController();
      const idsOf = async (count: number): Promise<{ ids: number[][]; ms: number }> => {
        const ids = Array.from({ length: count }, (): number[] => []);
        cache.clear(); // or all but heads and draws would be there of the time before
        await session.prefill(tokens);
        const begin = performance.now();
        for await (const event of answers({ session, batch, vocabulary }, { ...common, draws: drawsOf(count) }, signal))
          if (event.type === 'answer_token') ids[event.answer]?.push(event.id);
        return { ids, ms: (performance.now() - begin) / LENGTH };
      };
      const together = await idsOf(8);
      for (const [sample, wanted] of together.ids.entries()) {
        const ids: number[] = [];
        for await (const event of generate(session, vocabulary, { ...common, seed: 3, sample }, signal))
          if (event.type === 'token') ids.push(event.id);
        if (ids.join() !== wanted.join()) throw new Error(`${model.name}: answer ${sample} is ${wanted}, alone ${ids}`);
      }
      const times = new Map(COUNTS.map(count => [count, [] as number[]]));
      for (let round = 0; round <= options.rounds; round++)
        for (const [count, all] of times) {
          const { ms } = await idsOf(count);
          if (round > 0) all.push(ms);
        }
      const steps = new Map([...times].map(([count, all]) => [count, timingOf(all)] as const));
      out.push({ model: model.name, kernels, steps });
      options.log(
        `${model.name}, ${kernels}: ${[...steps].map(([n, t]) => `${n}: ${t?.min.toFixed(2)} ms`).join(', ')}`,
      );
    }
    return out;
  } finally {
    scope[Symbol.dispose]();
  }
}

/** A column a number of answers; what a step costs, and how many times that of one. */
export function batchTable(all: readonly BatchNumbers[]): string {
  const head = ['a step with draws, ms', ...COUNTS.map(count => `${count} ${count === 1 ? 'answer' : 'answers'}`)];
  const rows = all.map(({ model, kernels, steps }) => {
    const one = steps.get(1)?.min ?? Number.NaN;
    const cells = COUNTS.map(count => {
      const timing = steps.get(count) ?? null;
      return timing === null ? '–' : `${timingCell(timing, ms => ms)}, ${(timing.min / one).toFixed(2)}x`;
    });
    return [`${model}, ${kernels}`, ...cells];
  });
  return markdown(head, rows);
}
