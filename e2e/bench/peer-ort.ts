// onnxruntime-web beside us: what a step gave as keys and values is what the next one takes, and the row is looked through for its largest logit.
import { argmax } from '../../src/reference/ops.ts';
import { logprobsOf, type Peer, type PeerModel } from './peer.ts';

interface OrtTensor {
  getData(): Promise<Float32Array>;
  dispose(): void;
}
type Feeds = Readonly<Record<string, OrtTensor>>;
interface Ort {
  readonly env: { readonly wasm: { numThreads: number; wasmPaths: string } };
  readonly Tensor: new (type: string, values: ArrayBufferView, shape: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(address: string, options: object): Promise<{ run(feeds: Feeds): Promise<Feeds> }>;
  };
}

/** One thread. */
export async function ortPeer(model: PeerModel, provider: 'wasm' | 'webgpu'): Promise<Peer> {
  const address = `${location.origin}/peers/ort/ort.${provider}.min.mjs`;
  const ort = (await import(/* @vite-ignore */ address)) as Ort;
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = `${location.origin}/peers/ort/`;
  const layers = Array.from({ length: model.n_layer }, (_, layer) => layer);
  const names = layers.flatMap(layer => [`${layer}.key`, `${layer}.value`]);
  const onGpu = Object.fromEntries(names.map(name => [`present.${name}`, 'gpu-buffer']));
  const session = await ort.InferenceSession.create(`${model.base}onnx/model.onnx`, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    ...(provider === 'webgpu' && { preferredOutputLocation: onGpu }),
  });
  const shape = [1, model.n_kv_head, 0, model.head_size];
  const nothing = (): Feeds =>
    Object.fromEntries(
      names.map(name => [`past_key_values.${name}`, new ort.Tensor('float32', new Float32Array(), shape)]),
    );
  const step = async (ids: readonly number[], from: number, past: Feeds) => {
    const whole = (values: readonly number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const positions = ids.map((_, i) => from + i);
    const given = { input_ids: whole(ids), position_ids: whole(positions) };
    const out = await session.run({ ...past, ...given });
    const { logits } = out;
    if (logits === undefined) throw new Error('no logits');
    const row = await logits.getData();
    const next = Object.fromEntries(names.map(name => [`past_key_values.${name}`, out[`present.${name}`]!]));
    return { row, next };
  };
  const free = (past: Feeds): void => {
    for (const tensor of Object.values(past)) tensor.dispose();
  };
  let held: { readonly text: string; readonly past: Feeds } | null = null;
  return {
    row: async ids => {
      const { row, next } = await step(ids, 0, nothing());
      const all = logprobsOf(row);
      free(next);
      return { all };
    },
    decode: async (ids, count) => {
      const prefix = ids.slice(0, -1);
      if (held?.text !== prefix.join()) {
        if (held) free(held.past);
        held = { text: prefix.join(), past: prefix.length === 0 ? nothing() : (await step(prefix, 0, nothing())).next };
      }
      let { past } = held;
      let id = ids.at(-1) ?? 0;
      const begin = performance.now();
      for (let i = 0; i < count; i++) {
        const { row, next } = await step([id], prefix.length + i, past);
        id = argmax(row);
        if (past !== held.past) free(past);
        past = next;
      }
      const ms = performance.now() - begin;
      free(past);
      return ms / count;
    },
    prefill: async ids => {
      const begin = performance.now();
      const { next } = await step(ids, 0, nothing());
      const ms = performance.now() - begin;
      free(next);
      return ms;
    },
  };
}
