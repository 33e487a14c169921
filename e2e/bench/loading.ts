// How much memory of the worker a load takes, from the Hub and from the cache, in each layout of weights: a real Chromium, sampled while it loads.
import { chromium, type Page } from 'playwright';
import { writeSafetensors } from '../../src/checkpoint/write-safetensors.ts';
import { startHubServer } from '../support/hub-server.ts';
import { openModels, setHub } from '../support/page.ts';
import { writePytorch } from '../support/pytorch-file.ts';
import { GPT2_124M_CONFIG, randomModel } from '../support/random-model.ts';
import { wholeBrowser } from '../tools/browser.ts';
import { markdown } from './table.ts';

const MB = 1e6;
/** The tensor that lies turned in one of the layouts: it waits whole until its last byte is there. */
const TURNED = 'wte.weight';
const turnedBytes = (layout: string) => (layout.endsWith('turned') ? 2 * 50_257 * 768 : 0);
/** What the page promises above what the worker had before: a quarter more than the largest file of weights, 64 MB, and what waits whole. */
const mostBytes = (layout: string, folder: Folder) =>
  1.25 * Math.max(...Object.values(folder).map(file => file.length)) + 64 * MB + turnedBytes(layout);
const SAMPLE_MS = 20;
const SHARDS = 4;

type Folder = Readonly<Record<string, Uint8Array | string>>;

function shardsOf(tensors: readonly { readonly name: string }[]): readonly (readonly number[])[] {
  return Array.from({ length: SHARDS }, (_, shard) => tensors.flatMap((_each, i) => (i % SHARDS === shard ? [i] : [])));
}

/** The widths of GPT-2 124M, 4 of its 12 layers. */
const CONFIG = { ...GPT2_124M_CONFIG, n_layer: 4 };

/** Random weights in f16, laid down in each way. */
function layouts(): Readonly<Record<string, () => Folder>> {
  const tensors = [...randomModel({ config: CONFIG, seed: 1, dtype: 'F16' }).tensors()];
  const small = { 'config.json': JSON.stringify(CONFIG) };
  const sharded = (stem: string, ending: string, write: (part: typeof tensors) => Uint8Array): Folder => {
    const nameOf = (shard: number) => `${stem}-0000${shard + 1}-of-0000${SHARDS}.${ending}`;
    const parts = shardsOf(tensors);
    const weight_map = Object.fromEntries(
      parts.flatMap((part, shard) => part.map(i => [tensors[i]?.name ?? '', nameOf(shard)])),
    );
    const files = parts.map((part, shard) => [nameOf(shard), write(part.flatMap(i => tensors[i] ?? []))] as const);
    return {
      ...small,
      ...Object.fromEntries(files),
      [`${stem}.${ending}.index.json`]: JSON.stringify({ metadata: {}, weight_map }),
    };
  };
  return {
    'model.safetensors': () => ({ ...small, 'model.safetensors': writeSafetensors(tensors) }),
    'pytorch_model.bin': () => ({ ...small, 'pytorch_model.bin': writePytorch(tensors) }),
    [`pytorch_model.bin, ${SHARDS} shards`]: () => sharded('pytorch_model', 'bin', part => writePytorch(part)),
    'pytorch_model.bin, the embedding turned': () => ({
      ...small,
      'pytorch_model.bin': writePytorch(tensors, { turned: [TURNED] }),
    }),
  };
}

/** Bytes of the worker's heap and of the buffers it holds. */
async function workerMemory(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  const waiting = new Map<number, (bytes: number) => void>();
  let target = '';
  let next = 0;
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker') target = sessionId;
  });
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result } = JSON.parse(message) as { id: number; result?: Record<string, number> };
    waiting.get(id)?.((result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0));
    waiting.delete(id);
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return async () => {
    const id = ++next;
    const answer = new Promise<number>(resolve => waiting.set(id, resolve));
    const message = JSON.stringify({ id, method: 'Runtime.getHeapUsage' });
    await session.send('Target.sendMessageToTarget', { sessionId: target, message });
    return answer;
  };
}

interface Peak {
  readonly before: number;
  readonly most: number;
}

/** Samples until `work` is done. */
async function peakDuring(memory: () => Promise<number>, work: () => Promise<void>): Promise<Peak> {
  const before = await memory();
  let most = before;
  let done = false;
  const sampling = (async () => {
    while (!done) {
      most = Math.max(most, await memory());
      await new Promise(resolve => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  await work();
  done = true;
  await sampling;
  return { before, most };
}

async function loaded(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: new RegExp(`^Model: ${name}, f16 `) }).waitFor({ timeout: 300_000 });
}

/** A table of peaks; throws where one is above what is promised. */
export async function benchLoading(url: string): Promise<string> {
  const rows: string[][] = [];
  const cell = ({ before, most }: Peak) => `${((most - before) / MB).toFixed(0)} (of ${(most / MB).toFixed(0)})`;
  const broken: string[] = [];
  for (const [layout, made] of Object.entries(layouts())) {
    const folder = made();
    const hub = await startHubServer({ models: { 'acme/model': folder } });
    const browser = await chromium.launch({ ...wholeBrowser(), headless: true });
    try {
      const page = await browser.newPage();
      const memory = await workerMemory(page);
      await setHub(page, hub.url);
      await page.goto(url);
      await page.getByRole('button', { name: 'Step', exact: true, disabled: false }).waitFor({ timeout: 60_000 });
      const dialog = await openModels(page);
      await dialog.getByRole('textbox', { name: 'Model name on the Hub' }).fill('acme/model');
      await dialog.getByRole('button', { name: 'Look at it' }).click();
      const download = dialog.getByRole('button', { name: /^Download / });
      await download.or(dialog.getByRole('alert')).waitFor({ timeout: 180_000 });
      if (await dialog.getByRole('alert').count()) throw new Error(await dialog.getByRole('alert').innerText());
      const first = await peakDuring(memory, async () => {
        await download.click();
        await loaded(page, 'acme/model');
      });
      await openModels(page);
      await dialog.getByRole('button', { name: 'Load nucleus-3m', exact: true }).click();
      await loaded(page, 'nucleus-3m');
      await openModels(page);
      const again = await peakDuring(memory, async () => {
        await dialog.getByRole('button', { name: 'Load acme/model from the cache' }).click();
        await loaded(page, 'acme/model');
      });
      rows.push([layout, cell(first), cell(again)]);
      const most = Math.max(first.most - first.before, again.most - again.before);
      if (most > mostBytes(layout, folder)) broken.push(layout);
    } finally {
      await browser.close();
      await hub.close();
    }
  }
  const table = markdown(
    ['MB above the beginning (in all); GPT-2 124M, 4 of 12 layers, f16: 136 MB', 'from the Hub', 'from the cache'],
    rows,
  );
  if (broken.length > 0) throw new Error(`${table}\n\nmore than is promised: ${broken.join('; ')}`);
  return table;
}
