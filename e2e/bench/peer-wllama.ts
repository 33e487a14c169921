// wllama beside us: llama.cpp in WebAssembly, one thread. It takes texts and tells times of its own, in which the first token is drawn from the prompt.
import type { Peer, PeerModel } from './peer.ts';

interface Completion {
  readonly choices: readonly {
    readonly logprobs: {
      readonly content?: readonly {
        readonly top_logprobs: readonly { readonly id: number; readonly logprob: number }[];
      }[];
    } | null;
  }[];
  readonly timings?: { readonly prompt_ms: number; readonly predicted_ms: number; readonly predicted_n: number };
}
interface Wllama {
  loadModel(files: readonly Blob[], options: object): Promise<void>;
  createCompletion(options: object): Promise<Completion>;
}
interface Library {
  readonly Wllama: new (paths: object, options: object) => Wllama;
}

const LISTED = 20;

export async function wllamaPeer({ base, n_ctx }: PeerModel, file: string): Promise<Peer> {
  const address = `${location.origin}/peers/wllama/index.js`;
  const { Wllama } = (await import(/* @vite-ignore */ address)) as Library;
  const wllama = new Wllama(
    { default: `${location.origin}/peers/wllama/wasm/wllama.wasm` },
    { suppressNativeLog: true },
  );
  const weights = await (await fetch(base + file)).blob();
  await wllama.loadModel([weights], {
    n_ctx: Math.min(n_ctx, 1024),
    n_threads: 1,
    n_gpu_layers: 0,
    cache_type_k: 'f32',
    cache_type_v: 'f32',
    flash_attn: false,
  });
  const complete = (ids: readonly number[], max_tokens: number, more: object = {}) =>
    wllama.createCompletion({
      prompt: String.fromCharCode(...ids),
      max_tokens,
      temperature: 0,
      ignore_eos: true,
      cache_prompt: false,
      ...more,
    });
  return {
    row: async ids => {
      const { choices } = await complete(ids, 1, { logprobs: LISTED, n_probs: LISTED });
      const top = choices[0]?.logprobs?.content?.[0]?.top_logprobs ?? [];
      const some = top.map(({ id, logprob }) => [id, logprob] as const);
      if (some.length === 0) throw new Error(`no log-probabilities in ${JSON.stringify(choices).slice(0, 300)}`);
      return { some };
    },
    decode: async (ids, count) => {
      const { timings } = await complete(ids, count + 1);
      if (timings === undefined) throw new Error('no times');
      return timings.predicted_ms / (timings.predicted_n - 1);
    },
    prefill: async ids => (await complete(ids, 1)).timings?.prompt_ms ?? null,
  };
}
