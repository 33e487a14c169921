// transformers.js beside us, as a page uses it: `generate`, whose streamer tells when each token came.
import { logprobsOf, type Peer, type PeerModel } from './peer.ts';

interface Tensor {
  readonly data: Float32Array;
}
interface Model {
  (inputs: object): Promise<{ readonly logits: Tensor }>;
  generate(options: object): Promise<unknown>;
}
interface Transformers {
  readonly env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
    useBrowserCache: boolean;
    readonly backends: { readonly onnx: { readonly wasm: { numThreads: number; wasmPaths: string } } };
  };
  readonly Tensor: new (type: string, values: ArrayBufferView, shape: readonly number[]) => Tensor;
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<Model> };
}

/** One thread. */
export async function transformersPeer({ base }: PeerModel, device: 'wasm' | 'webgpu'): Promise<Peer> {
  const address = `${location.origin}/peers/transformers/transformers.min.js`;
  const transformers = (await import(/* @vite-ignore */ address)) as Transformers;
  const { env, Tensor, AutoModelForCausalLM } = transformers;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  const parts = base.split('/').filter(part => part !== '');
  env.localModelPath = `/${parts.slice(2, -1).join('/')}`;
  env.backends.onnx.wasm.numThreads = 1;
  env.backends.onnx.wasm.wasmPaths = `${location.origin}/peers/transformers-ort/`;
  const model = await AutoModelForCausalLM.from_pretrained(parts.at(-1) ?? '', { dtype: 'fp32', device });
  const inputs = (ids: readonly number[]) => {
    const shape = [1, ids.length];
    const whole = (values: readonly number[]) => new Tensor('int64', BigInt64Array.from(values, BigInt), shape);
    return { input_ids: whole(ids), attention_mask: whole(ids.map(() => 1)) };
  };
  /** When each of `count` tokens came. */
  const times = async (ids: readonly number[], count: number): Promise<number[]> => {
    const all: number[] = [];
    const streamer = { put: () => void all.push(performance.now()), end: () => {} };
    await model.generate({ ...inputs(ids), max_new_tokens: count, min_new_tokens: count, do_sample: false, streamer });
    return all.slice(1);
  };
  return {
    row: async ids => {
      const positions = new Tensor(
        'int64',
        BigInt64Array.from(ids, (_, i) => BigInt(i)),
        [1, ids.length],
      );
      const { logits } = await model({ ...inputs(ids), position_ids: positions });
      return { all: logprobsOf(logits.data) };
    },
    decode: async (ids, count) => {
      const all = await times(ids, count + 1);
      return ((all.at(-1) ?? Number.NaN) - (all[0] ?? Number.NaN)) / count;
    },
    prefill: async ids => {
      const begin = performance.now();
      const [first = Number.NaN] = await times(ids, 1);
      return first - begin;
    },
  };
}
