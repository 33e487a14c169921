// The engine part of the benchmark in a page: `bench(request)`, `views(request)` and `bars(request)` on the global object measure one model and return plain numbers; `processorMs` there is the benchmark's.
import { describeAdapter } from '../../src/engine/adapter.ts';
import { type Gpu, type KernelClass, openGpu } from '../../src/gpu/device.ts';
import type { FormatChoice } from '../../src/lib/weight-format.ts';
import type { AdapterDescription } from '../../src/protocol/events.ts';
import { type Bar, measureBars } from './bars.ts';
import { type EngineNumbers, type MeasureOptions, measureModel } from './measure.ts';
import { type BenchModel, gpt2At124M, modelOfFiles, type ShapeName, shapesOf } from './models.ts';
import { variantsOf } from './subjects.ts';
import { measureViews, type ViewNumbers, type ViewOptions } from './views.ts';

export interface EngineRequest extends Omit<MeasureOptions, 'log' | 'variants'> {
  /** A folder relative to this page, or published shapes with random weights. */
  readonly model: { readonly folder: string } | { readonly shapes: ShapeName };
  /** How the weights are stored, the first one what ratios are to. */
  readonly formats: readonly FormatChoice[];
  /** Classes beside the one that the adapter gets, in the first format. */
  readonly twins: readonly KernelClass[];
}

export interface EngineAnswer {
  readonly adapter: AdapterDescription;
  readonly rows: readonly EngineNumbers[];
}

export interface ViewsRequest extends Omit<ViewOptions, 'log'> {
  /** A folder relative to this page; a number of layers of a random GPT-2 of 124 M parameters. */
  readonly model: string | number;
}

export interface ViewsAnswer {
  readonly adapter: AdapterDescription;
  readonly rows: readonly ViewNumbers[];
}

async function bench(request: EngineRequest): Promise<EngineAnswer> {
  const { model: asked } = request;
  const model = 'shapes' in asked ? shapesOf(asked.shapes) : await fetchModel(asked.folder);
  return onGpu(gpu => {
    const variants = variantsOf(gpu.kernelClass, request.formats, request.twins);
    return measureModel(gpu, model, { ...request, variants, log: line => console.log(line) });
  });
}

async function views(request: ViewsRequest): Promise<ViewsAnswer> {
  const model = typeof request.model === 'number' ? gpt2At124M(request.model) : await fetchModel(request.model);
  return onGpu(gpu => measureViews(gpu, model, { ...request, log: line => console.log(line) }));
}

export interface BarsRequest {
  readonly model: string;
  readonly rounds: number;
}

export interface BarsAnswer {
  readonly adapter: AdapterDescription;
  readonly rows: readonly Bar[];
}

async function bars({ model, rounds }: BarsRequest): Promise<BarsAnswer> {
  const nucleus3m = await fetchModel(model);
  // What the page was started with: `--js-flags=--expose-gc` and `--enable-precise-memory-info`.
  const { gc } = globalThis as { gc?: () => void };
  const watched = performance as { memory?: { readonly usedJSHeapSize: number } };
  const heap = async () => {
    gc?.();
    return watched.memory?.usedJSHeapSize ?? Number.NaN;
  };
  const { processorMs } = globalThis as { processorMs?: () => Promise<number> };
  return onGpu(gpu =>
    measureBars(gpu, nucleus3m, {
      rounds,
      heap: gc && watched.memory ? heap : null,
      processor: processorMs ?? null,
      log: line => console.log(line),
    }),
  );
}

async function onGpu<T>(measure: (gpu: Gpu) => Promise<T>): Promise<{ adapter: AdapterDescription; rows: T }> {
  const gpu = await openGpu();
  try {
    const rows = await measure(gpu);
    return { adapter: describeAdapter(gpu), rows };
  } finally {
    gpu.scope[Symbol.dispose]();
    gpu.device.destroy();
  }
}

async function fetchModel(folder: string): Promise<BenchModel> {
  const [config, weights] = await Promise.all(
    ['config.json', 'model.safetensors'].map(async file => {
      const response = await fetch(`${folder}/${file}`);
      if (!response.ok) throw new Error(`${folder}/${file}: HTTP ${response.status}`);
      return response.arrayBuffer();
    }),
  );
  const json: unknown = JSON.parse(new TextDecoder().decode(config));
  return modelOfFiles(folder.split('/').at(-1) ?? folder, json, new Uint8Array(weights ?? new ArrayBuffer()));
}

Object.assign(globalThis, { bench, views, bars });
