// Bars of the engine that are not speeds of one cell: what a token costs far into a text, JavaScript outside waits, memory over 1,000 tokens, dispatches.
import type { Gpu } from '../../src/gpu/device.ts';
import { DEFAULT_SETTINGS, type GenerationSettings } from '../../src/sampling/settings.ts';
import { QWEN3_600M_CONFIG } from '../support/random-model.ts';
import { checkLogits, someIds } from './check.ts';
import { drawnAfter, GREEDY, greedyMs } from './drawn.ts';
import { freshText } from './measure.ts';
import { type BenchModel, randomOf } from './models.ts';
import { openSubjects, type Subject } from './subjects.ts';
import { markdown, megabytes, timingCell } from './table.ts';
import { inTurns, ratioOf, timingOf } from './timing.ts';

/** One line of the table: what, measured, the bar. */
export type Bar = readonly [string, string, string];

export interface BarOptions {
  readonly rounds: number;
  /** Frees what nothing refers to and says how many bytes of heap are left; null where that cannot be had. */
  readonly heap: (() => Promise<number>) | null;
  /** Milliseconds for which the processor has run this thread; null where that cannot be had. */
  readonly processor: (() => Promise<number>) | null;
  readonly log: (line: string) => void;
}

const FAR = 448;
const TOKENS = 1000;
/** Tokens between two looks at the memory. */
const LOOK = 100;

export async function measureBars(gpu: Gpu, nucleus3m: BenchModel, options: BarOptions): Promise<Bar[]> {
  const bars: Bar[] = [];
  const add = (found: readonly Bar[]): void => {
    for (const [what, measured] of found) options.log(`${what}: ${measured}`);
    bars.push(...found);
  };
  add(await onModel(gpu, nucleus3m, subject => farBar(subject, nucleus3m, options.rounds)));
  add(await onModel(gpu, wideVocabulary(), subject => scriptBar(subject, options)));
  add(await onModel(gpu, narrowGpt2(2), subject => memoryBar(gpu, subject, options)));
  add(await onModel(gpu, narrowGpt2(12), async subject => [dispatchBar(subject)]));
  return bars;
}

export const barTable = (bars: readonly Bar[]): string => markdown(['what', 'measured', 'bar'], bars);

/** `measure` on a checked model. */
async function onModel(gpu: Gpu, model: BenchModel, measure: (subject: Subject) => Promise<Bar[]>): Promise<Bar[]> {
  const scope = gpu.scope.open(model.name);
  try {
    const subjects = await openSubjects(gpu, scope, model, [{ format: 'stored', kernels: gpu.kernelClass }]);
    await checkLogits(subjects, model);
    const [subject] = subjects;
    if (subject === undefined) throw new Error('a subject');
    await subject.session.canDraw();
    return await measure(subject);
  } finally {
    scope[Symbol.dispose]();
  }
}

/** The layers and the vocabulary of Qwen3-0.6B, narrow: as many calls and as long rows, without what a CPU adapter would take for the products. */
const wideVocabulary = (): BenchModel =>
  randomOf(
    'Qwen3-0.6B, 64 columns wide',
    {
      ...QWEN3_600M_CONFIG,
      hidden_size: 64,
      intermediate_size: 64,
      num_attention_heads: 2,
      num_key_value_heads: 1,
      head_dim: 32,
    },
    'BF16',
  );

/** With 12, as many layers as GPT-2 124M: what a layer takes does not depend on its width. */
const narrowGpt2 = (n_layer: number): BenchModel =>
  randomOf(`${n_layer} layers of 64`, { model_type: 'gpt2', n_layer, n_head: 2, n_embd: 64, vocab_size: 2048 }, 'F32');

const promptOf = ({ dims }: Subject['session']) => someIds(dims.vocab_size, 8, 5);

async function farBar(subject: Subject, model: BenchModel, rounds: number): Promise<Bar[]> {
  const { vocab_size } = model.graph.dims;
  const at = (position: number) => async () => {
    const ids = freshText(vocab_size, position);
    await subject.layOut(ids.subarray(0, position));
    return greedyMs(subject.session, ids, 8);
  };
  const [near, far] = await inTurns([at(1), at(FAR)], { rounds: 4 * rounds, cellMs: 60_000 });
  const ratio = ratioOf(far, near) ?? Number.NaN;
  const cells = `${ratio.toFixed(2)} (${timingCell(far, ms => ms)} beside ${timingCell(near, ms => ms)} ms)`;
  return [[`${model.name}: a token at ${FAR} beside one at 1`, cells, 'at most 1.6']];
}

/** Milliseconds of each token that were spent in JavaScript, of it in what submits to the queue, and how long the processor ran for a token. */
async function scriptTimes(
  { session }: Subject,
  settings: GenerationSettings,
  count: number,
  processor: BarOptions['processor'],
) {
  const waits = watchWaits();
  const own: number[] = [];
  const submits: number[] = [];
  let started = Number.NaN;
  try {
    let begin = performance.now();
    for await (const _ of drawnAfter(session, promptOf(session), settings, count)) {
      own.push(performance.now() - begin - waits.waited);
      submits.push(waits.submitted);
      // The first token compiles and computes its prompt.
      if (processor && own.length === 1) started = await processor();
      waits.reset();
      begin = performance.now();
    }
    const ran = processor === null ? null : ((await processor()) - started) / (count - 1);
    return { own: timingOf(own.slice(1)), submits: timingOf(submits.slice(1)), ran };
  } finally {
    waits.end();
  }
}

/** Counts milliseconds between a map and its end, and within submits, until `end`. */
function watchWaits() {
  const counts = { waited: 0, submitted: 0 };
  const { mapAsync } = GPUBuffer.prototype;
  const { submit } = GPUQueue.prototype;
  GPUBuffer.prototype.mapAsync = async function (this: GPUBuffer, ...args: Parameters<GPUBuffer['mapAsync']>) {
    const begin = performance.now();
    try {
      return await mapAsync.apply(this, args);
    } finally {
      counts.waited += performance.now() - begin;
    }
  };
  GPUQueue.prototype.submit = function (this: GPUQueue, buffers: Iterable<GPUCommandBuffer>) {
    const begin = performance.now();
    submit.call(this, [...buffers]);
    counts.submitted += performance.now() - begin;
  };
  return {
    get waited() {
      return counts.waited;
    },
    get submitted() {
      return counts.submitted;
    },
    reset: () => Object.assign(counts, { waited: 0, submitted: 0 }),
    end: () => {
      GPUBuffer.prototype.mapAsync = mapAsync;
      GPUQueue.prototype.submit = submit;
    },
  };
}

async function scriptBar(subject: Subject, { rounds, processor }: BarOptions): Promise<Bar[]> {
  const bars: Bar[] = [];
  const V = subject.session.dims.vocab_size.toLocaleString('en-US');
  for (const [words, part] of [
    ['greedy', { temperature: 0 }],
    ['temperature 0.8, top-p 0.95', { temperature: 0.8, top_p: 0.95 }],
  ] as const) {
    const settings = { ...DEFAULT_SETTINGS, ...part };
    const { own, submits, ran } = await scriptTimes(subject, settings, 12 * rounds + 1, processor);
    const computed = ran === null ? '' : `; the processor ran for ${ran.toFixed(2)}`;
    const cells = `${timingCell(own, ms => ms, 2)}, of it ${timingCell(submits, ms => ms, 2)} in submits${computed}`;
    bars.push([`ms of JavaScript a token, V = ${V}, 28 layers, ${words}`, cells, 'under 1']);
  }
  return bars;
}

async function memoryBar(gpu: Gpu, { session }: Subject, { heap }: BarOptions): Promise<Bar[]> {
  const made = watchBuffers(gpu.device);
  const heaps: number[] = [];
  const buffers: number[] = [];
  const look = async (): Promise<void> => {
    if (heap) heaps.push(await heap());
    buffers.push(gpu.scope.bytes);
  };
  try {
    await look();
    let drawn = 0;
    for await (const _ of drawnAfter(session, promptOf(session), GREEDY, TOKENS + 1)) {
      drawn++;
      if (drawn % LOOK === 0) await look();
    }
  } finally {
    made.end();
  }
  // What the first tokens compile and keep is not growth.
  const [first = Number.NaN, ...rest] = heaps.slice(1);
  const grown = ((rest.at(-1) ?? Number.NaN) - first) / (TOKENS - LOOK);
  const pages = `${megabytes(buffers[0] ?? 0)} MB, then ${megabytes(buffers.at(-1) ?? 0)}; ${made.count} buffers made`;
  return [
    [`bytes of GPU buffers over ${TOKENS} tokens`, pages, 'flat, but for pages of the pool'],
    [
      `JavaScript heap over ${TOKENS} tokens`,
      heap
        ? `${megabytes(first)} MB after ${LOOK}, ${grown.toFixed(0)} bytes a token after that`
        : 'not to be had here',
      'flat',
    ],
  ];
}

/** Counts buffers that are made, until `end`. */
function watchBuffers(device: GPUDevice) {
  const { createBuffer } = GPUDevice.prototype;
  const counted = {
    count: 0,
    end: () => {
      GPUDevice.prototype.createBuffer = createBuffer;
    },
  };
  GPUDevice.prototype.createBuffer = function (this: GPUDevice, ...args: Parameters<GPUDevice['createBuffer']>) {
    if (this === device) counted.count++;
    return createBuffer.apply(this, args);
  };
  return counted;
}

const dispatchBar = ({ runner }: Subject): Bar => [
  'dispatches a token, 12 layers of GPT-2',
  String(runner.dispatchesPerToken),
  'at most 90',
];
