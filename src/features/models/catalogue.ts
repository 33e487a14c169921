// Models that the dialog offers by name: what each is good for, what it takes, and under which terms.
import type { ModelSource } from '../../lib/model-source.ts';
import { sourceKey } from '../../lib/model-source.ts';
import { DEFAULT_SOURCE } from '../../stores/model/sources.ts';

export interface CatalogueEntry {
  /** `shipped/nucleus-3m`, `hub/openai-community/gpt2@main`: also the key in the cache. */
  readonly key: string;
  readonly source: ModelSource;
  readonly name: string;
  /** One sentence: what it is and what it is good for. */
  readonly summary: string;
  readonly licence: string;
  /** Asks for an account and a token. */
  readonly gated: boolean;
  /** Bytes to download, as far as known without asking. */
  readonly bytes: number;
  /** Each counted once, a tied head with its embedding. */
  readonly parameters: number;
  /** What the weights are stored as, in the file and on the GPU. */
  readonly dtype: 'F32' | 'F16' | 'BF16';
}

/** Bytes that the weights take on the GPU. */
export function weightBytes({ parameters, dtype }: Pick<CatalogueEntry, 'parameters' | 'dtype'>): number {
  return parameters * (dtype === 'F32' ? 4 : 2);
}

/** The columns of the list below, in their order. */
type Row = readonly [
  repo: string,
  name: string,
  dtype: CatalogueEntry['dtype'],
  parameters: number,
  bytes: number,
  licence: string,
  summary: string,
  gated?: 'gated',
];

const APACHE = 'Apache 2.0';

/** Bytes are those of the weights on the Hub. */
const ROWS: readonly Row[] = [
  [
    'HuggingFaceTB/SmolLM2-135M',
    'SmolLM2 135M',
    'BF16',
    134_515_008,
    269_060_552,
    APACHE,
    'Small and well read: fluent English, facts now and then.',
  ],
  [
    'HuggingFaceTB/SmolLM2-135M-Instruct',
    'SmolLM2 135M Instruct',
    'BF16',
    134_515_008,
    269_060_552,
    APACHE,
    'The same, taught to answer: wants the marks of its chat format.',
  ],
  [
    'HuggingFaceTB/SmolLM2-360M',
    'SmolLM2 360M',
    'BF16',
    361_821_120,
    723_674_912,
    APACHE,
    'Knows more than its little sister and stays quick on a laptop.',
  ],
  [
    'HuggingFaceTB/SmolLM2-360M-Instruct',
    'SmolLM2 360M Instruct',
    'BF16',
    361_821_120,
    723_674_912,
    APACHE,
    'The same, taught to answer short questions.',
  ],
  [
    'Qwen/Qwen3-0.6B',
    'Qwen3 0.6B',
    'BF16',
    596_049_920,
    1_503_300_328,
    APACHE,
    'Many languages, code, and thinking aloud before an answer.',
  ],
  [
    'openai-community/gpt2',
    'GPT-2',
    'F32',
    124_439_808,
    548_105_171,
    'MIT',
    'The classic of 2019: fluent English, no instructions; most papers on the inside look at it.',
  ],
  [
    'distilbert/distilgpt2',
    'DistilGPT-2',
    'F32',
    81_912_576,
    352_824_413,
    APACHE,
    'GPT-2 distilled to half its layers: faster, a little less sure.',
  ],
  [
    'EleutherAI/pythia-70m',
    'Pythia 70M',
    'F16',
    70_426_624,
    166_029_852,
    APACHE,
    'Made to be studied: 154 stages of its training are revisions, such as @step1000.',
  ],
  [
    'EleutherAI/pythia-160m',
    'Pythia 160M',
    'F16',
    162_322_944,
    374_998_640,
    APACHE,
    'The same data in the same order, a size larger: for comparing what size brings.',
  ],
  [
    'roneneldan/TinyStories-33M',
    'TinyStories 33M',
    'F32',
    68_514_816,
    290_984_000,
    'not stated',
    'Writes stories for small children, and little else; layers take turns at near and far.',
  ],
  [
    'google/gemma-3-270m',
    'Gemma 3 270M',
    'BF16',
    268_098_176,
    536_223_056,
    'Gemma',
    'A vocabulary of 262,144 for many languages; layers with a window.',
    'gated',
  ],
  [
    'LiquidAI/LFM2-350M',
    'LFM2 350M',
    'BF16',
    354_483_968,
    708_984_464,
    'LFM Open 1.0',
    'Short convolutions between a few layers of attention: quick on small machines.',
  ],
  [
    'meta-llama/Llama-3.2-1B',
    'Llama 3.2 1B',
    'BF16',
    1_235_814_400,
    2_471_645_608,
    'Llama 3.2',
    'The smallest of the Llama 3 family: broad knowledge; wants a graphics card.',
    'gated',
  ],
  [
    'Qwen/Qwen3-1.7B',
    'Qwen3 1.7B',
    'BF16',
    1_720_574_976,
    4_063_515_640,
    APACHE,
    'Answers in many languages and reasons step by step; wants a graphics card.',
  ],
  [
    'openai-community/gpt2-medium',
    'GPT-2 medium',
    'F32',
    354_823_168,
    1_519_984_962,
    'MIT',
    'Three times the size of GPT-2; wants a graphics card with 2 GB free.',
  ],
  [
    'openai-community/gpt2-large',
    'GPT-2 large',
    'F32',
    774_030_080,
    3_247_159_078,
    'MIT',
    'Six times the size of GPT-2; wants a graphics card with 4 GB free.',
  ],
  [
    'openai-community/gpt2-xl',
    'GPT-2 XL',
    'F32',
    1_557_611_200,
    6_431_829_964,
    'MIT',
    'The largest GPT-2; wants a graphics card with 8 GB free.',
  ],
];

const SHIPPED: CatalogueEntry = {
  key: sourceKey(DEFAULT_SOURCE),
  source: DEFAULT_SOURCE,
  name: 'nucleus-3m',
  summary: 'Ships with the page. Knows small stories and facts, and is quick everywhere.',
  licence: 'MIT',
  gated: false,
  bytes: 6_379_344,
  parameters: 3_161_088,
  dtype: 'F16',
};

export const CATALOGUE: readonly CatalogueEntry[] = [
  SHIPPED,
  ...ROWS.map(([repo, name, dtype, parameters, bytes, licence, summary, gated]): CatalogueEntry => {
    const source: ModelSource = { kind: 'hub', repo, revision: 'main' };
    return {
      key: sourceKey(source),
      source,
      name,
      summary,
      licence,
      gated: gated === 'gated',
      bytes,
      parameters,
      dtype,
    };
  }),
];

/** Entries that hold every word of `query`, in any case: in their names, their repositories, what is said of them. */
export function found(entries: readonly CatalogueEntry[], query: string): readonly CatalogueEntry[] {
  const words = query.toLowerCase().split(/\s+/);
  return entries.filter(({ key, name, summary, licence, gated }) => {
    const text = `${name} ${key} ${summary} ${licence} ${gated ? 'gated' : ''}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}
