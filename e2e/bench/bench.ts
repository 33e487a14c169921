// npm run bench [-- options]: the page, the engine and other engines, or what an option asks for (README.md beside it), in a real Chromium, or large vocabularies in Node,
// printed as markdown; GPU=hardware takes the machine's own adapter.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { build } from 'vite';
import { isSoftware } from '../../src/gpu/device.ts';
import type { FormatChoice } from '../../src/lib/weight-format.ts';
import { randomModel, randomModelFile } from '../support/random-model.ts';
import { wholeBrowser } from '../tools/browser.ts';
import { serveFolder } from '../tools/static-server.mjs';
import { barTable } from './bars.ts';
import { buildPage } from './build-page.ts';
import type { BarsAnswer, BarsRequest, EngineAnswer, EngineRequest, ViewsAnswer, ViewsRequest } from './engine.ts';
import { measureVisits, type VisitTimings } from './first-token.ts';
import { benchLoading } from './loading.ts';
import { benchLongTexts } from './long-text.ts';
import { readFormats, readShapes, SHAPES, type ShapeName } from './models.ts';
import { benchPeers, buildPeerPage, type PeerOptions } from './peers.ts';
import { type Processor, processorOf } from './processor.ts';
import { adapterWords, engineTable, markdown, timingCell } from './table.ts';
import { viewTable } from './views.ts';
import { benchVocabulary } from './vocabulary.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const GOLDEN = 'gpt2-wide';

export async function main(args: string[]): Promise<number> {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args,
    options: {
      quick: flag,
      'without-124m': flag,
      'without-page': flag,
      views: flag,
      text: flag,
      vocabulary: flag,
      loading: flag,
      shapes: { type: 'string' },
      formats: { type: 'string' },
      peers: flag,
      'without-peers': flag,
      bars: flag,
      only: { type: 'string' },
      rounds: { type: 'string' },
      'cell-ms': { type: 'string' },
    },
  });
  const rounds = values.quick ? 1 : 5;
  const folder = await mkdtemp(path.join(tmpdir(), 'nucleus-bench-'));
  try {
    console.log(`${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown'}; load ${loadavg()[0]?.toFixed(1) ?? ''}\n`);
    if (values.vocabulary) {
      console.log(await benchVocabulary(values.quick ? 5 : 40));
      return 0;
    }
    if (values.peers) {
      const shapes = values.shapes === undefined ? [null] : readShapes(values.shapes);
      await benchBeside(path.join(folder, 'peers'), shapes, values.quick === true, values.only?.split(','));
      return 0;
    }
    if (values.bars) {
      const requests: BarsRequest[] = [{ model: 'models/nucleus-3m', rounds: values.quick ? 4 : 12 }];
      const answers = await inPage<BarsAnswer>(path.join(folder, 'engine'), 'bars', requests);
      console.log(barTable(answers.flatMap(({ rows }) => rows)));
      return 0;
    }
    if (values.views) {
      await benchViews(path.join(folder, 'engine'), values['without-124m'] !== true);
      return 0;
    }
    if (values.loading) {
      const connect = ['http://127.0.0.1:*'];
      await onPage(path.join(folder, 'page'), async url => console.log(await benchLoading(url)), connect);
      return 0;
    }
    if (values.text) {
      await onPage(path.join(folder, 'page'), url => benchLongTexts(url, values.quick ? 1 : 3));
      return 0;
    }
    if (!values['without-page'] && values.shapes === undefined) await benchPage(path.join(folder, 'page'), rounds);
    const shapes = readShapes(values.shapes ?? (values['without-124m'] ? '' : 'gpt2-124m'));
    await benchEngine(path.join(folder, 'engine'), {
      quick: values.quick === true,
      shapes,
      only: values.shapes !== undefined,
      formats: readFormats(values.formats),
      ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
      ...(values['cell-ms'] !== undefined && { cellMs: Number(values['cell-ms']) }),
    });
    if (!values['without-peers'])
      await benchBeside(path.join(folder, 'peers'), [null, ...shapes], values.quick === true, values.only?.split(','));
    return 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds the page and serves it while `work` lasts. */
async function onPage(
  outDir: string,
  work: (url: string) => Promise<void>,
  connect: readonly string[] = [],
): Promise<void> {
  const configFile = path.join(ROOT, 'vite.config.ts');
  await build({ root: ROOT, configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const served = await serveFolder({ folder: outDir, connect });
  try {
    await work(served.url);
  } finally {
    await served.close();
  }
}

async function benchPage(outDir: string, rounds: number): Promise<void> {
  await onPage(outDir, async url => {
    const { cold, warm } = await measureVisits(url, rounds);
    const row = (what: string, { load, pressed, grown }: VisitTimings) => [
      what,
      ...[load, pressed, grown].map(timing => timingCell(timing, ms => ms, 0)),
    ];
    const head = ['nucleus-3m, ms', 'load of the model', 'navigation to Run pressed', 'navigation to first token'];
    console.log(`${markdown(head, [row('empty profile', cold), row('from the cache', warm)])}\n`);
  });
}

interface EngineChoice {
  readonly quick: boolean;
  readonly shapes: readonly ShapeName[];
  /** Without the models that come as files. */
  readonly only: boolean;
  readonly formats: readonly FormatChoice[];
  /** Unless given, by `quick` and by model. */
  readonly rounds?: number;
  readonly cellMs?: number;
}

async function benchEngine(
  outDir: string,
  { quick, shapes, only, formats, rounds, cellMs }: EngineChoice,
): Promise<void> {
  const common = {
    prefill: [16, 128, 512],
    decode: [1, 128, 1024],
    rounds: rounds ?? (quick ? 3 : 10),
    formats,
    twins: ['naive'],
  } as const;
  const small: EngineRequest[] = [
    { ...common, model: { folder: GOLDEN }, cellMs: cellMs ?? 3_000 },
    {
      ...common,
      decode: [1, 128, 448],
      model: { folder: 'models/nucleus-3m' },
      cellMs: cellMs ?? (quick ? 3_000 : 10_000),
    },
  ];
  const requests: EngineRequest[] = [
    ...(only ? [] : small),
    ...shapes.map(
      (name): EngineRequest => ({
        ...common,
        // The naive twin of a large model would take a minute a token.
        twins: name === 'gpt2-124m' ? common.twins : [],
        model: { shapes: name },
        cellMs: cellMs ?? (quick ? 3_000 : 20_000),
      }),
    ),
  ];
  const answers = await inPage<EngineAnswer>(outDir, 'bench', requests);
  console.log(engineTable(answers.flatMap(({ rows }) => rows)));
}

/** Other engines beside ours, on shapes, or where that is null on nucleus-3m. */
async function benchBeside(
  outDir: string,
  models: readonly (ShapeName | null)[],
  quick: boolean,
  only: readonly string[] | undefined,
): Promise<void> {
  await buildPeerPage(outDir);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const common = { rounds: quick ? 4 : 12, ...(only && { only }), log };
  for (const model of models) {
    // One ONNX file may have 2 GB.
    const blocksAlone = model === 'qwen3-0.6b';
    const cells =
      model === null
        ? { positions: [1, 128, 448], prompts: [16, 128], tokens: 16 }
        : { positions: [1, 128], prompts: [16], tokens: 4 };
    console.log(`${await benchPeers(outDir, { ...common, ...cells, ...(await weightsFor(model)), blocksAlone })}\n`);
  }
}

async function weightsFor(model: ShapeName | null): Promise<Pick<PeerOptions, 'name' | 'config' | 'weightsFile'>> {
  if (model !== null) {
    const { name, config } = SHAPES[model];
    return { name: `${name} shapes`, config, weightsFile: randomModelFile(randomModel({ config, seed: 7 })) };
  }
  const at = path.join(ROOT, 'public/models/nucleus-3m');
  const config = JSON.parse(await readFile(path.join(at, 'config.json'), 'utf8')) as PeerOptions['config'];
  const weightsFile = new Uint8Array(await readFile(path.join(at, 'model.safetensors')));
  return { name: 'nucleus-3m', config, weightsFile };
}

async function benchViews(outDir: string, large: boolean): Promise<void> {
  const common = { rounds: 5, cellMs: 20_000 };
  const requests: ViewsRequest[] = [
    { ...common, model: 'models/nucleus-3m' },
    ...(large ? [{ ...common, model: 2 }] : []),
  ];
  const answers = await inPage<ViewsAnswer>(outDir, 'views', requests);
  console.log(viewTable(answers.flatMap(({ rows }) => rows)));
}

/** Answers of a function of the engine's page to requests, each in a page of its own; says which adapter they are of. */
async function inPage<T extends Pick<EngineAnswer, 'adapter'>>(
  outDir: string,
  name: string,
  requests: readonly object[],
): Promise<T[]> {
  await buildEngine(outDir);
  const served = await serveFolder({ folder: outDir });
  const { args, ...found } = wholeBrowser();
  const seen = ['--js-flags=--expose-gc', '--enable-precise-memory-info'];
  const browser = await chromium.launch({ ...found, args: [...args, ...seen], headless: true });
  try {
    const answers: T[] = [];
    for (const request of requests) {
      const page = await browser.newPage();
      page.on('console', message => void (message.type() === 'log' && process.stderr.write(`${message.text()}\n`)));
      // Watched from the first time on that somebody asks.
      let processor: Processor | null = null;
      await page.exposeFunction('processorMs', async () => {
        processor ??= await processorOf(page);
        return processor.ms();
      });
      await page.goto(`${served.url}engine.html`);
      answers.push(
        await page.evaluate(
          ([called, asked]) =>
            (globalThis as unknown as Record<string, (asked: unknown) => Promise<T>>)[called]!(asked),
          [name, request] as const,
        ),
      );
      await page.close();
    }
    const [{ adapter } = { adapter: null }] = answers;
    if (adapter === null || (process.env.GPU === 'hardware' && isSoftware({ ...adapter, isFallbackAdapter: false })))
      throw new Error('GPU=hardware, but the adapter is a CPU');
    console.log(`adapter: ${adapterWords(adapter)}, Chromium ${browser.version()}\n`);
    return answers;
  } finally {
    await browser.close();
    await served.close();
  }
}

async function buildEngine(outDir: string): Promise<void> {
  await buildPage('engine.html', outDir, path.join(ROOT, 'public'));
  await cp(path.join(ROOT, 'e2e/golden', GOLDEN), path.join(outDir, GOLDEN), { recursive: true });
}
