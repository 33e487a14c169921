// One engine in a page of its own: `peer(kind, model)` on the global object loads it, `row`, `decode` and `prefill` ask it. Engines of others are loaded by address,
// since they are no dependency of the project.
import { readNumericCheckpoint } from '../../src/engine/checkpoint.ts';
import { ModelLoader } from '../../src/engine/model.ts';
import { openGpu } from '../../src/gpu/device.ts';
import { memoryFiles } from '../support/memory-files.ts';
import { greedyMs } from './drawn.ts';
import { logprobsOf, type Peer, type PeerModel } from './peer.ts';
import { ortPeer } from './peer-ort.ts';
import { transformersPeer } from './peer-transformers.ts';
import { wllamaPeer } from './peer-wllama.ts';
import { timed } from './timing.ts';

export const PAGE_PEERS = {
  'Nucleus f32': (model: PeerModel) => nucleus(model, ['config.json', 'model.safetensors']),
  'Nucleus Q8_0': (model: PeerModel) => nucleus(model, ['q8_0.gguf']),
  'onnxruntime-web WASM f32': (model: PeerModel) => ortPeer(model, 'wasm'),
  'onnxruntime-web WebGPU f32': (model: PeerModel) => ortPeer(model, 'webgpu'),
  'transformers.js WASM f32': (model: PeerModel) => transformersPeer(model, 'wasm'),
  'transformers.js WebGPU f32': (model: PeerModel) => transformersPeer(model, 'webgpu'),
  'wllama f32': (model: PeerModel) => wllamaPeer(model, 'f32.gguf'),
  'wllama Q8_0': (model: PeerModel) => wllamaPeer(model, 'q8_0.gguf'),
} as const;
export type PagePeer = keyof typeof PAGE_PEERS;

async function nucleus({ base }: PeerModel, names: readonly string[]): Promise<Peer> {
  const contents = await Promise.all(
    names.map(async name => [name, new Uint8Array(await (await fetch(base + name)).arrayBuffer())] as const),
  );
  const files = memoryFiles(Object.fromEntries(contents));
  const { graph, tensors, weightFiles } = await readNumericCheckpoint(files);
  const gpu = await openGpu();
  const f32 = names.length > 1 ? { format: 'f32' as const } : {};
  const loader = await ModelLoader.create(gpu, gpu.scope.open('model'), graph, tensors, { ...f32, sequences: 8 });
  for (const file of weightFiles) {
    const bytes = contents.find(([name]) => name === file)?.[1] ?? new Uint8Array();
    await loader.upload(
      file,
      (async function* () {
        yield bytes;
      })(),
    );
  }
  const { session } = await loader.finish();
  await session.canDraw();
  return {
    row: async ids => ({ all: logprobsOf(await session.next(Uint32Array.from(ids))) }),
    decode: async (ids, count) => {
      await session.prefill(Uint32Array.from(ids.slice(0, -1)));
      return greedyMs(session, ids, count);
    },
    prefill: ids => timed(() => session.prefill(Uint32Array.from(ids))),
  };
}

let opened: Peer | null = null;
const own = (): Peer => {
  if (opened === null) throw new Error('no engine is open');
  return opened;
};

/** Resolves to the milliseconds of the load. */
const peer = (kind: PagePeer, model: PeerModel): Promise<number> =>
  timed(async () => {
    opened = await PAGE_PEERS[kind](model);
  });

const asked = {
  peer,
  row: (ids: readonly number[]) => own().row(ids),
  decode: (ids: readonly number[], count: number) => own().decode(ids, count),
  prefill: (ids: readonly number[]) => own().prefill(ids),
};
export type Asked = typeof asked;
Object.assign(globalThis, { asked });
