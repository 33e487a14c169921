// llama.cpp beside us: node-llama-cpp on the CPU, one thread, where its package is installed in peers/.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Peer, PeerModel } from './peer.ts';

interface Sequence {
  /** Tokens that are computed. */
  readonly nextTokenIndex: number;
  clearHistory(): Promise<void>;
  adaptStateToTokens(ids: readonly number[], allowShift: boolean): Promise<void>;
  evaluateWithoutGeneratingNewTokens(ids: readonly number[]): Promise<void>;
  controlledEvaluate(
    input: readonly (number | readonly [number, object])[],
  ): Promise<readonly ({ readonly next: { readonly probabilities?: ReadonlyMap<number, number> } } | undefined)[]>;
  evaluate(ids: readonly number[], options: object): AsyncGenerator<number>;
}
interface Llama {
  loadModel(options: object): Promise<{
    createContext(options: object): Promise<{ getSequence(): Sequence; dispose(): Promise<void> }>;
    dispose(): Promise<void>;
  }>;
}
interface Library {
  getLlama(options: object): Promise<Llama>;
}

export const PEERS = path.join(import.meta.dirname, 'peers', 'node_modules');

/** Whether a package is installed beside the benchmark. */
export const installed = (name: string): boolean => existsSync(path.join(PEERS, name, 'package.json'));

export interface LlamaPeer extends Peer {
  close(): Promise<void>;
}

export async function llamaPeer(file: string, { n_ctx }: Pick<PeerModel, 'n_ctx'>): Promise<LlamaPeer> {
  const address = pathToFileURL(path.join(PEERS, 'node-llama-cpp', 'dist', 'index.js')).href;
  const { getLlama } = (await import(/* @vite-ignore */ address)) as Library;
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: 1 });
  const model = await llama.loadModel({ modelPath: file, gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: Math.min(n_ctx, 1024),
    threads: 1,
    sequences: 1,
    flashAttention: false,
    experimentalKvCacheKeyType: 'F32',
    experimentalKvCacheValueType: 'F32',
  });
  const sequence = context.getSequence();
  const last = (ids: readonly number[]): number => ids.at(-1) ?? 0;
  return {
    row: async ids => {
      await sequence.clearHistory();
      const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
      const asked = [last(ids), { generateNext: { probabilities: true, options } }] as const;
      const out = await sequence.controlledEvaluate([...ids.slice(0, -1), asked]);
      const some = [...(out.at(-1)?.next.probabilities ?? [])].map(([id, p]) => [id, Math.log(p)] as const);
      return { some };
    },
    decode: async (ids, count) => {
      const prefix = ids.slice(0, -1);
      await sequence.adaptStateToTokens(prefix, false);
      await sequence.evaluateWithoutGeneratingNewTokens(prefix.slice(sequence.nextTokenIndex));
      const begin = performance.now();
      let drawn = 0;
      for await (const _ of sequence.evaluate([last(ids)], { temperature: 0, yieldEogToken: true })) {
        if (++drawn === count) break;
      }
      return (performance.now() - begin) / count;
    },
    prefill: async ids => {
      await sequence.clearHistory();
      const begin = performance.now();
      await sequence.evaluateWithoutGeneratingNewTokens(ids);
      return performance.now() - begin;
    },
    close: async () => {
      await context.dispose();
      await model.dispose();
    },
  };
}
