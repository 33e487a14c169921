// The engine part of the benchmark in Node on Dawn: npm run bench:dawn -- [model folders] [--kernels a,b] [--formats stored,int8] [--shapes a,b]
// [--rounds N] [--cell-ms N] [--without-124m] [--views | --batch | --bars]
//
// Reads nothing of the repository but the folders given, so that it can be bundled into one file and run anywhere (README.md beside it).
import { parseArgs } from 'node:util';
import { describeAdapter } from '../../src/engine/adapter.ts';
import { readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { type KernelClass, openGpu } from '../../src/gpu/device.ts';
import { openFolder } from '../support/node-files.ts';
import { barTable, measureBars } from './bars.ts';
import { type BatchNumbers, batchTable, measureBatch } from './batch.ts';
import { type EngineNumbers, type MeasureOptions, measureModel } from './measure.ts';
import { type BenchModel, gpt2At124M, readFormats, readShapes, shapesOf } from './models.ts';
import { variantsOf } from './subjects.ts';
import { adapterWords, engineTable } from './table.ts';
import { measureViews, type ViewNumbers, viewTable } from './views.ts';

/** Models up to this size are checked against the float64 oracle. */
const ORACLE_BYTES = 64e6;
const CLASSES: readonly KernelClass[] = ['barrier_free', 'workgroup', 'subgroup', 'naive'];

export async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      kernels: text,
      rounds: text,
      'cell-ms': text,
      formats: text,
      shapes: text,
      'without-124m': { type: 'boolean' },
      views: { type: 'boolean' },
      bars: { type: 'boolean' },
      batch: { type: 'boolean' },
    },
  });
  const gpu = await openGpu();
  console.log(`adapter: ${adapterWords(describeAdapter(gpu))}\n`);
  if (process.env.GPU === 'hardware' && gpu.software) throw new Error('GPU=hardware, but the adapter is a CPU');
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  if (values.bars) {
    const [folder] = positionals;
    if (folder === undefined) throw new Error('--bars takes the folder of nucleus-3m');
    const options = { rounds: Number(values.rounds ?? 12), heap: heapOfNode(), processor: null, log };
    console.log(barTable(await measureBars(gpu, await modelOfFolder(folder), options)));
    return 0;
  }
  if (values.views) {
    const viewOptions = { rounds: Number(values.rounds ?? 5), cellMs: Number(values['cell-ms'] ?? 20_000), log };
    const models = await Promise.all(positionals.map(modelOfFolder));
    if (!values['without-124m']) models.push(gpt2At124M(gpu.software ? 2 : 12));
    const numbers: ViewNumbers[] = [];
    for (const model of models) numbers.push(...(await measureViews(gpu, model, viewOptions)));
    console.log(viewTable(numbers));
    return 0;
  }
  const asked = values.kernels?.split(',') ?? ['barrier_free', 'workgroup', 'subgroup'];
  const able = CLASSES.filter(kernels => kernels !== 'subgroup' || gpu.device.features.has('subgroups'));
  // The class that the page would take comes first: ratios are to it.
  const classes = [gpu.kernelClass, ...able.filter(kernels => kernels !== gpu.kernelClass)].filter(kernels =>
    asked.includes(kernels),
  );
  if (values.batch) {
    const models = await Promise.all(positionals.map(modelOfFolder));
    if (!values['without-124m']) models.push(gpt2At124M());
    const numbers: BatchNumbers[] = [];
    for (const model of models)
      numbers.push(...(await measureBatch(gpu, model, { classes, rounds: Number(values.rounds ?? 5), log })));
    console.log(batchTable(numbers));
    return 0;
  }
  const formats = readFormats(values.formats);
  const options: MeasureOptions = {
    variants: variantsOf(classes[0] ?? gpu.kernelClass, formats, classes),
    prefill: [16, 128, 512],
    decode: [1, 128, 1024],
    rounds: Number(values.rounds ?? 10),
    cellMs: Number(values['cell-ms'] ?? 10_000),
    log,
  };
  const rows: EngineNumbers[] = [];
  for (const folder of positionals) rows.push(...(await measureModel(gpu, await modelOfFolder(folder), options)));
  const shapes = readShapes(values.shapes ?? (values['without-124m'] ? '' : 'gpt2-124m'));
  for (const shape of shapes) rows.push(...(await measureModel(gpu, shapesOf(shape), options)));
  console.log(engineTable(rows));
  return 0;
}

/** With `node --expose-gc` alone. */
function heapOfNode(): (() => Promise<number>) | null {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return null;
  return async () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
}

async function modelOfFolder(folder: string): Promise<BenchModel> {
  const files = await openFolder(folder);
  const { graph, tensors, weightFiles } = await readNumericCheckpoint(files);
  const [only, ...more] = weightFiles;
  const small = only !== undefined && more.length === 0 && files.size(only) <= ORACLE_BYTES;
  const name = folder.split(/[\\/]/).findLast(part => part !== '') ?? folder;
  const weightsFile = small ? await files.bytes(only) : null;
  return { name, graph, tensors, weightFiles, stream: files.stream, weightsFile };
}
