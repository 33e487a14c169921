// The architectures of GGUF files that run here, by `general.architecture`, and how their tensors lie.
// Source: convert_hf_to_gguf.py and conversion/ of ggml-org/llama.cpp, which make such files.
import { NucleusError } from '../../lib/error.ts';
import type { ConfigOf } from './configs.ts';
import * as configs from './configs.ts';
import { NAMES, type Names } from './names.ts';

export interface GgufArchitecture {
  readonly names: Names;
  readonly config: ConfigOf;
  /** Keys that change numbers and mean something here; see `refuseUnknown`. */
  readonly honoured?: readonly string[];
  /** Rows of queries and keys lie so that pairs which turn together are neighbours. */
  readonly interleaved?: true;
  /** Norms hold 1 + w where the family's have w. */
  readonly wholeNorms?: true;
  /** Matrices that lie as [out, in] where the family has [in, out], by their names in the family. */
  readonly turned?: RegExp;
  /** Queries, keys and values lie one after the other where the family has them head by head. */
  readonly apart?: RegExp;
  /** Heads of the delta rule lie as ggml repeats keys, and its factors as they are multiplied. */
  readonly tiledDelta?: true;
  /** The last layers may be others that draft tokens ahead. */
  readonly drafts?: true;
  /** Weights of convolutions, which the family has with a dimension of one. */
  readonly convolution?: RegExp;
}

const WINDOW = 'attention.sliding_window';
const CAPS = ['attn_logit_softcapping', 'final_logit_softcapping'];
const SCALES = ['attention.scale', 'embedding_scale', 'residual_scale', 'logit_scale'];
const { llama, gemma, phi3, olmo2, starcoder2, lfm2, qwen35, gptneox, bloom, gpt2 } = NAMES;

const ARCHITECTURES: ReadonlyMap<string, GgufArchitecture> = new Map<string, GgufArchitecture>([
  ['llama', { names: llama, config: configs.llama, honoured: [WINDOW], interleaved: true }],
  ['qwen2', { names: llama, config: configs.decoder('qwen2') }],
  ['qwen3', { names: llama, config: configs.decoder('qwen3') }],
  ['smollm3', { names: llama, config: configs.decoder('smollm3'), interleaved: true }],
  ['granite', { names: llama, config: configs.granite, honoured: SCALES, interleaved: true }],
  ['olmo2', { names: olmo2, config: configs.decoder('olmo2') }],
  ['phi3', { names: phi3, config: configs.phi3, honoured: [WINDOW] }],
  ['gemma2', { names: gemma, config: configs.gemma2, honoured: [WINDOW, ...CAPS], wholeNorms: true }],
  ['gemma3', { names: gemma, config: configs.gemma3, honoured: [WINDOW, ...CAPS], wholeNorms: true }],
  ['starcoder2', { names: starcoder2, config: configs.starcoder2, honoured: [WINDOW] }],
  ['lfm2', { names: lfm2, config: configs.lfm2, convolution: /\.conv\.conv\.weight$/ }],
  [
    'qwen35',
    {
      names: qwen35,
      config: configs.qwen35,
      wholeNorms: true,
      tiledDelta: true,
      drafts: true,
      convolution: /\.conv1d\.weight$/,
    },
  ],
  ['gptneox', { names: gptneox, config: configs.gptneox, apart: /\.query_key_value\./ }],
  ['bloom', { names: bloom, config: configs.bloom, apart: /\.query_key_value\./ }],
  ['gpt2', { names: gpt2, config: configs.gpt2, turned: /\.c_(?:attn|proj|fc)\.weight$/ }],
]);

/** @throws NucleusError unsupported_model for an architecture that does not run here. */
export function architectureOf(name: string): GgufArchitecture {
  const found = ARCHITECTURES.get(name);
  if (found !== undefined) return found;
  const families = [...ARCHITECTURES.keys()].join(', ');
  const message = `GGUF files of the architecture ${JSON.stringify(name)} do not run here; these do: ${families}`;
  throw new NucleusError('unsupported_model', message, { field: 'general.architecture', found: name, families });
}
