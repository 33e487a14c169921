// A real llama.cpp behind the small server, beside the oracle on the same file: what the page shows of a server are the numbers of the file. llama.cpp is installed in
// e2e/bench/peers alone, and where it is not nothing is asked of it.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import type { Command } from '../../src/protocol/commands.ts';
import type { EngineEvent } from '../../src/protocol/events.ts';
import { run } from '../../src/reference/run.ts';
import { createServerEngine } from '../../src/remote/engine.ts';
import { STARTING_SETTINGS } from '../../src/sampling/starting.ts';
import { letters, logprobsOf } from '../bench/peer.ts';
import { writePeerFiles } from '../bench/peer-files.ts';
import { installed, type LlamaPeer, llamaPeer } from '../bench/peer-llama.ts';
import { memoryFiles } from '../support/memory-files.ts';
import { type ModelServer, serveModel } from '../support/model-server.ts';
import { plainTransport } from '../support/plain-transport.ts';
import { randomModel, randomModelFile } from '../support/random-model.ts';
import { referenceWeights } from '../support/reference-weights.ts';

const V = 512;
const CONFIG = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 128,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  vocab_size: V,
};
const IDS = letters(12, 1);

describe.skipIf(!installed('node-llama-cpp'))('llama.cpp', () => {
  let folder = '';
  let peer: LlamaPeer;
  let server: ModelServer;
  let turn: Promise<unknown> = Promise.resolve();
  let oracle: (ids: readonly number[]) => number[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'nucleus-'));
    const weightsFile = randomModelFile(randomModel({ config: CONFIG, seed: 7 }));
    const { graph } = await readNumericCheckpoint(
      memoryFiles({ 'config.json': JSON.stringify(CONFIG), 'model.safetensors': weightsFile }),
    );
    await writePeerFiles(folder, { graph, config: CONFIG, weightsFile });
    const bytes = new Uint8Array(await readFile(path.join(folder, 'f32.gguf')));
    const read = await readNumericCheckpoint(memoryFiles({ 'f32.gguf': bytes }));
    const weights = referenceWeights(graph, { weightsFile });
    oracle = ids => logprobsOf(Float32Array.from(run(graph, weights, [...ids]).logits(ids.length - 1)));
    expect(read.graph.dims).toEqual(graph.dims);
    peer = await llamaPeer(path.join(folder, 'f32.gguf'), { n_ctx: 128 });
    server = await serveModel({
      flavour: 'llamacpp',
      model: {
        name: 'random',
        vocabulary: V,
        context: 128,
        encode: text => [...new TextEncoder().encode(text)],
        bytes: id => (id < 128 ? Uint8Array.of(id) : new TextEncoder().encode(`[${id}]`)),
        bos: null,
        eos: null,
        // One sequence computes one row at a time.
        logprobs: ids => {
          const row = turn.then(() => peer.row(ids));
          turn = row.catch(() => {});
          return row.then(made => new Map('some' in made ? made.some : []));
        },
      },
    });
  });
  afterAll(async () => {
    await server?.close();
    await peer?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('rows and draws have the numbers of the file', async () => {
    const events: EngineEvent[] = [];
    let ended = (): void => {};
    const engine = createServerEngine(event => {
      events.push(event);
      if (event.type === 'done' || event.type === 'failed') ended();
    }, plainTransport);
    const ask = (command: Command): Promise<void> =>
      new Promise(resolve => {
        ended = resolve;
        engine.receive(command);
      });
    const source = { kind: 'server', address: server.url, model: '' } as const;
    const origins = { shippedBase: '', hubHost: '' };
    await ask({ type: 'load', run: 1, source, origins, keep: false, refresh: false });
    await ask({ type: 'prefill', run: 2, tokens: Uint32Array.from(IDS) });
    const row = events.find(each => each.type === 'row');
    const wanted = oracle(IDS);
    let shown = 0;
    for (const [id, logprob] of row?.logits.entries() ?? []) {
      if (logprob === Number.NEGATIVE_INFINITY) continue;
      shown += 1;
      expect(Math.abs(logprob - (wanted[id] ?? Number.NaN))).toBeLessThan(1e-4);
    }
    expect(shown).toBe(100);
    const others = [...wanted].sort((a, b) => b - a).slice(100);
    expect(row?.outside).toBeCloseTo(
      others.reduce((sum, each) => sum + Math.exp(each), 0),
      4,
    );
    const settings = { ...STARTING_SETTINGS, max_new_tokens: 6 };
    const text = { tokens: Uint32Array.from(IDS), drawn: new Uint8Array(IDS.length), settings };
    await ask({ type: 'generate', run: 3, seed: 5, ...text });
    const drawn = events.filter(each => each.type === 'token');
    expect(events.filter(each => each.type === 'failed')).toEqual([]);
    expect(drawn).toHaveLength(6);
    const ids = [...IDS];
    for (const { id, logit, logZ } of drawn) {
      expect(Math.abs(logit - logZ - (oracle(ids)[id] ?? Number.NaN))).toBeLessThan(1e-4);
      ids.push(id);
    }
  });
});
