// Other engines beside this one on the same weights: each in a page or a process of its own, all of them in turn, their logits held against ours before a time counts.
import { cp } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { buildGraph } from '../../src/model/architectures/architectures.ts';
import type { Config } from '../support/gguf-golden.ts';
import { wholeBrowser } from '../tools/browser.ts';
import { serveFolder } from '../tools/static-server.mjs';
import { buildPage } from './build-page.ts';
import { letters, type Peer, type PeerModel, type PeerRow } from './peer.ts';
import { writePeerFiles } from './peer-files.ts';
import { installed, llamaPeer, PEERS } from './peer-llama.ts';
import type { Asked, PagePeer } from './peer-page.ts';
import { comparedCell, markdown } from './table.ts';
import { inTurns, type Timing } from './timing.ts';

export interface PeerOptions {
  readonly name: string;
  readonly config: Config;
  readonly weightsFile: Uint8Array<ArrayBuffer>;
  readonly positions: readonly number[];
  readonly prompts: readonly number[];
  readonly rounds: number;
  /** Greedy tokens of one round. */
  readonly tokens: number;
  /** The weights in Q8_0 and no other form: where one in f32 is more than a file may have. */
  readonly blocksAlone?: boolean;
  /** Parts of the names of engines; all unless given. */
  readonly only?: readonly string[];
  readonly log: (line: string) => void;
}

/** Which package an engine comes with, how far its log-probabilities may be from ours, and which of ours is the same work. */
interface Entrant {
  readonly name: string;
  readonly package: string | null;
  readonly tolerance: number;
  readonly ours: PagePeer;
}
const [F32, Q8] = ['Nucleus f32', 'Nucleus Q8_0'] as const;
/** Sums in another order; keys and values in f32. */
const EXACT = 1e-3;
/** llama.cpp looks GELU up in a table of f16. */
const TABLE = 1e-2;
/** Activations are rounded to 8 bits before products with blocks: of the mean, since thirty random layers move single ones by a nat. */
const ROUNDED = 0.5;
const ENTRANTS: readonly Entrant[] = [
  { name: F32, package: null, tolerance: 0, ours: F32 },
  { name: Q8, package: null, tolerance: ROUNDED, ours: Q8 },
  ...['WASM', 'WebGPU'].flatMap(where => [
    { name: `onnxruntime-web ${where} f32`, package: 'onnxruntime-web', tolerance: EXACT, ours: F32 } as const,
    {
      name: `transformers.js ${where} f32`,
      package: '@huggingface/transformers',
      tolerance: EXACT,
      ours: F32,
    } as const,
  ]),
  { name: 'wllama f32', package: '@wllama/wllama', tolerance: TABLE, ours: F32 },
  { name: 'wllama Q8_0', package: '@wllama/wllama', tolerance: ROUNDED, ours: Q8 },
  { name: 'node-llama-cpp f32', package: 'node-llama-cpp', tolerance: TABLE, ours: F32 },
  { name: 'node-llama-cpp Q8_0', package: 'node-llama-cpp', tolerance: ROUNDED, ours: Q8 },
];

interface Runner extends Entrant {
  readonly peer: Peer;
  readonly loadMs: number;
  readonly check: string;
}

/** Files of the packages that a page asks for, by the folder under /peers/. */
const SERVED = {
  ort: ['onnxruntime-web', 'dist'],
  transformers: ['@huggingface/transformers', 'dist'],
  'transformers-ort': ['@huggingface/transformers', 'node_modules/onnxruntime-web/dist'],
  wllama: ['@wllama/wllama', 'esm'],
} as const;

/** Builds the page of the engines into `outDir`, with what is installed of theirs. */
export async function buildPeerPage(outDir: string): Promise<void> {
  await buildPage('peers.html', outDir, false);
  for (const [folder, [name, inside]] of Object.entries(SERVED)) {
    if (installed(name))
      await cp(path.join(PEERS, name, inside), path.join(outDir, 'peers', folder), { recursive: true });
  }
}

/** A table, and lines of what is missing; writes the files of the model into `outDir`, where `buildPeerPage` put the page. */
export async function benchPeers(outDir: string, options: PeerOptions): Promise<string> {
  const { graph } = buildGraph(options.config);
  const folder = path.join(outDir, 'model');
  options.log(`${options.name}: writing files`);
  await writePeerFiles(folder, { ...options, graph }, options.blocksAlone);
  const served = await serveFolder({ folder: outDir, policy: null });
  const browser = await chromium.launch({ ...wholeBrowser(), headless: true });
  const closing: (() => Promise<void>)[] = [() => browser.close(), () => served.close()];
  const { n_layer, n_kv_head, head_size, n_ctx, vocab_size } = graph.dims;
  const model: PeerModel = { base: `${served.url}model/`, n_layer, n_kv_head, head_size, n_ctx, vocab_size };
  try {
    const missing: string[] = [];
    const runners: Runner[] = [];
    for (const entrant of entrantsOf(options)) {
      if (entrant.package !== null && !installed(entrant.package)) {
        missing.push(`${entrant.name}: not installed (npm ci in e2e/bench/peers)`);
        continue;
      }
      try {
        const { peer, loadMs } = await openPeer(entrant, { browser, url: served.url, folder, model, closing });
        const ours = runners.find(({ name }) => name === entrant.ours);
        const check = await checked(entrant, peer, ours?.peer ?? runners[0]?.peer ?? null);
        options.log(`${options.name}, ${entrant.name}: ${check}`);
        runners.push({ ...entrant, peer, loadMs, check });
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        missing.push(`${entrant.name}: ${words.split('\n')[0]}`);
        options.log(missing.at(-1) ?? '');
      }
    }
    return [await measured(runners, options), ...missing.map(line => `- ${line}`)].join('\n');
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** Those that are asked for, and ours that they stand beside. */
function entrantsOf({ only, blocksAlone }: PeerOptions): readonly Entrant[] {
  const able = blocksAlone ? ENTRANTS.filter(({ ours }) => ours === Q8) : ENTRANTS;
  if (only === undefined) return able;
  const others = able.filter(({ name, ours }) => name !== ours && only.some(part => name.includes(part)));
  return able.filter(entrant => others.some(other => other === entrant || other.ours === entrant.name));
}

interface Place {
  readonly browser: Browser;
  readonly url: string;
  readonly folder: string;
  readonly model: PeerModel;
  readonly closing: (() => Promise<void>)[];
}

async function openPeer({ name }: Entrant, place: Place): Promise<{ peer: Peer; loadMs: number }> {
  const begin = performance.now();
  if (name.startsWith('node-llama-cpp')) {
    const file = name.endsWith('f32') ? 'f32.gguf' : 'q8_0.gguf';
    const peer = await llamaPeer(path.join(place.folder, file), place.model);
    place.closing.push(() => peer.close());
    return { peer, loadMs: performance.now() - begin };
  }
  const page = await place.browser.newPage();
  page.on('pageerror', error => void process.stderr.write(`${name}: ${error.message}\n`));
  await page.goto(`${place.url}peers.html`);
  await page.waitForFunction(() => 'asked' in globalThis);
  const loadMs = await page.evaluate(
    ([kind, model]) => (globalThis as unknown as { asked: Asked }).asked.peer(kind, model),
    [name as PagePeer, place.model] as const,
  );
  return { peer: inPage(page), loadMs };
}

function inPage(page: Page): Peer {
  type Global = { asked: Asked };
  return {
    row: ids => page.evaluate(given => (globalThis as unknown as Global).asked.row(given), ids),
    decode: (ids, count) =>
      page.evaluate(([given, n]) => (globalThis as unknown as Global).asked.decode(given, n), [ids, count] as const),
    prefill: ids => page.evaluate(given => (globalThis as unknown as Global).asked.prefill(given), ids),
  };
}

/** What was checked, in words. Throws for a row that is not ours. */
async function checked({ tolerance }: Entrant, peer: Peer, ours: Peer | null): Promise<string> {
  if (ours === null) return 'ours';
  const ids = letters(24, 1);
  const [own, wanted] = [await peer.row(ids), await ours.row(ids)];
  const { worst, mean, count } = apartBy(own, wanted);
  const [apart, how] = tolerance === ROUNDED ? ([mean, 'by a mean of'] as const) : ([worst, 'by at most'] as const);
  if (count < 5 || !(apart < tolerance)) throw new Error(`${count} log-probabilities differ from ours ${how} ${apart}`);
  return `${count} log-probabilities differ from ours ${how} ${apart.toExponential(1)}`;
}

/** How far the log-probabilities that `own` tells are from ours: the largest difference, their mean by our probabilities, and how many those are. */
function apartBy(own: PeerRow, wanted: PeerRow): { worst: number; mean: number; count: number } {
  if (!('all' in wanted)) throw new Error('our rows are whole');
  // What is not told is below what is: the tail of f32 probabilities says nothing.
  const told =
    'all' in own
      ? own.all.map((logprob, id) => [id, logprob] as const)
      : own.some.filter(([, logprob]) => logprob > -20);
  let [worst, sum, share] = [0, 0, 0];
  for (const [id, logprob] of told) {
    const ours = wanted.all[id] ?? Number.NaN;
    const apart = Math.abs(logprob - ours);
    worst = Math.max(worst, apart);
    sum += apart * Math.exp(ours);
    share += Math.exp(ours);
  }
  return { worst, mean: sum / share, count: told.length };
}

async function measured(runners: readonly Runner[], options: PeerOptions): Promise<string> {
  const turns = { rounds: options.rounds, cellMs: Number.POSITIVE_INFINITY };
  const columns: { readonly title: string; readonly cells: readonly (Timing | null)[] }[] = [];
  for (const position of options.positions) {
    const ids = (round: number) => [...letters(position, 3), ...letters(1, round + 11)];
    const work = runners.map(
      ({ peer }) =>
        (round: number) =>
          peer.decode(ids(round), options.tokens),
    );
    options.log(`${options.name}: decode at ${position}`);
    columns.push({ title: `decode at ${position}, ms/token`, cells: await inTurns(work, turns) });
  }
  for (const length of options.prompts) {
    let seed = 100;
    const work = runners.map(
      ({ peer }) =>
        async () =>
          (await peer.prefill(letters(length, seed++))) ?? Number.NaN,
    );
    options.log(`${options.name}: prompt of ${length}`);
    columns.push({ title: `prefill ${length}, ms`, cells: await inTurns(work, turns) });
  }
  const lines = runners.map(({ name, ours, loadMs, check }, i) => {
    const first = runners.findIndex(runner => runner.name === ours);
    const cells = columns.map(({ cells }) => comparedCell(cells[i], cells[Math.max(first, 0)]));
    return [options.name, name, ...cells, (loadMs / 1000).toFixed(1), check];
  });
  return markdown(['model', 'engine', ...columns.map(({ title }) => title), 'load, s', 'logits'], lines);
}
