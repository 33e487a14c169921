// A model in a GGUF file whose matrices have every type of block between them.
import { BLOCKS, type BlockDtype, isBlockDtype } from '../../src/checkpoint/blocks.ts';
import { type Dtype, fromFloat32, isWeightDtype } from '../../src/checkpoint/dtypes.ts';
import { float32, type GgufTensor, ggufBytes, writeGguf } from './gguf-file.ts';

/** Where a block has its scales, as f16, and how large they are, so that numbers are about 0.05. */
const SCALES: Readonly<Partial<Record<BlockDtype, readonly (readonly [at: number, scale: number])[]>>> = {
  Q4_0: [[0, 0.01]],
  Q4_1: [
    [0, 0.01],
    [2, -0.07],
  ],
  Q5_0: [[0, 0.005]],
  Q5_1: [
    [0, 0.005],
    [2, -0.08],
  ],
  Q8_0: [[0, 0.0006]],
  Q2_K: [
    [80, 0.003],
    [82, 0.004],
  ],
  Q3_K: [[108, 0.0012]],
  Q4_K: [
    [0, 1.2e-4],
    [2, 9e-4],
  ],
  Q5_K: [
    [0, 6e-5],
    [2, 9e-4],
  ],
  Q6_K: [[208, 2.5e-5]],
  IQ4_NL: [[0, 6e-4]],
  IQ4_XS: [[0, 2.4e-5]],
};

/** Bytes that repeat nowhere near a row's length. */
function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  let state = seed * 2_654_435_761;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

function tensor(name: string, dtype: Dtype, shape: readonly number[], seed: number): GgufTensor {
  const bytes = noise(ggufBytes(dtype, shape), seed);
  if (isBlockDtype(dtype)) {
    const { bytes: size } = BLOCKS[dtype];
    for (let at = 0; at < bytes.length; at += size) {
      if (dtype === 'MXFP4') bytes[at] = 119 + ((bytes[at] ?? 0) & 3);
      for (const [place, scale] of SCALES[dtype] ?? []) {
        const varied = scale * (0.7 + ((bytes[at + place] ?? 0) / 255) * 0.6);
        bytes.set(fromFloat32(Float32Array.of(varied), 'F16'), at + place);
      }
    }
    return { name, dtype, shape, bytes };
  }
  const norm = name.includes('norm');
  const values = Float32Array.from({ length: bytes.length / (dtype === 'F32' ? 4 : 2) }, (_, i) =>
    norm ? 0.8 + (bytes[i] ?? 0) / 600 : ((bytes[i] ?? 0) - 127.5) / 1500,
  );
  return { name, dtype, shape, bytes: fromFloat32(values, isWeightDtype(dtype) ? dtype : 'F32') };
}

const [C, INNER, KV, V] = [256, 256, 128, 97];

/** Two layers of 256 wide, a vocabulary of 97, 64 positions. Queries, keys and values of a layer have types of their own, and so have a gate and what it lets through. */
export function everyTypeOfBlock(): Uint8Array<ArrayBuffer> {
  const layer = (at: number, types: readonly Dtype[]) =>
    [
      ['attn_q', C, C],
      ['attn_k', KV, C],
      ['attn_v', KV, C],
      ['attn_output', C, C],
      ['ffn_gate', INNER, C],
      ['ffn_up', INNER, C],
      ['ffn_down', C, INNER],
    ].map(([name, rows, columns], i) =>
      tensor(`blk.${at}.${name}.weight`, types[i] ?? 'F32', [Number(rows), Number(columns)], 10 * at + i + 1),
    );
  const norms = [0, 1].flatMap(at =>
    ['attn_norm', 'ffn_norm'].map((name, i) => tensor(`blk.${at}.${name}.weight`, 'F32', [C], 50 + 2 * at + i)),
  );
  return writeGguf({
    metadata: [
      ['general.architecture', 'llama'],
      ['llama.context_length', 64],
      ['llama.embedding_length', C],
      ['llama.block_count', 2],
      ['llama.feed_forward_length', INNER],
      ['llama.attention.head_count', 4],
      ['llama.attention.head_count_kv', 2],
      ['llama.attention.layer_norm_rms_epsilon', float32(1e-5)],
      ['llama.rope.dimension_count', 64],
    ],
    tensors: [
      tensor('token_embd.weight', 'Q6_K', [V, C], 90),
      ...layer(0, ['Q4_K', 'Q4_K', 'Q6_K', 'Q5_K', 'Q2_K', 'Q3_K', 'IQ4_XS']),
      ...layer(1, ['Q4_0', 'Q4_1', 'Q5_0', 'Q5_1', 'IQ4_NL', 'MXFP4', 'Q8_0']),
      ...norms,
      tensor('output_norm.weight', 'F32', [C], 91),
      tensor('output.weight', 'F16', [V, C], 92),
    ],
  });
}
