// The engine part of the benchmark in a page: `bench(request)` on the global object measures one model and returns plain numbers.
import { describeAdapter } from '../../src/engine/adapter.ts';
import { type KernelClass, openGpu } from '../../src/gpu/device.ts';
import type { AdapterDescription } from '../../src/protocol/events.ts';
import { type EngineNumbers, type MeasureOptions, measureModel } from './measure.ts';
import { type BenchModel, gpt2At124M, modelOfFiles } from './models.ts';

export interface EngineRequest extends Omit<MeasureOptions, 'log' | 'classes'> {
  /** A folder relative to this page; null for the random GPT-2 of 124 M parameters. */
  readonly folder: string | null;
  /** Classes beside the one that the adapter gets. */
  readonly peers: readonly KernelClass[];
}

export interface EngineAnswer {
  readonly adapter: AdapterDescription;
  readonly rows: readonly EngineNumbers[];
}

async function bench(request: EngineRequest): Promise<EngineAnswer> {
  const gpu = await openGpu();
  try {
    const model = request.folder === null ? gpt2At124M() : await fetchModel(request.folder);
    const classes = [...new Set([gpu.kernelClass, ...request.peers])];
    const rows = await measureModel(gpu, model, { ...request, classes, log: line => console.log(line) });
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

Object.assign(globalThis, { bench });
