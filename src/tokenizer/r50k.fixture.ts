// Test support: GPT-2's tokenizer.json, built from the ranks of the r50k_base vocabulary in `gpt-tokenizer`.
import ranks from 'gpt-tokenizer/bpeRanks/r50k_base';
import { bytesToVocabulary } from './byte-alphabet.ts';

const utf8 = new TextEncoder();

/**
 * The two parts that a token was merged from: BPE over its bytes with the merges of lower rank than its own leaves exactly two.
 * (In a trained vocabulary the rank of a token is the rank of the merge that makes it.)
 */
function partsOf(token: string, rank: number, rankOf: ReadonlyMap<string, number>): [string, string] {
  let symbols = Array.from(token);
  while (symbols.length > 2) {
    let best = -1;
    let bestRank = rank;
    for (let i = 0; i + 1 < symbols.length; i++) {
      const found = rankOf.get(`${symbols[i]}${symbols[i + 1]}`);
      if (found !== undefined && found < bestRank) [best, bestRank] = [i, found];
    }
    if (best < 0) throw new Error(`token ${rank} cannot be made of two`);
    symbols = [...symbols.slice(0, best), `${symbols[best]}${symbols[best + 1]}`, ...symbols.slice(best + 2)];
  }
  const [left, right] = symbols;
  if (left === undefined || right === undefined) throw new Error(`token ${rank} is a single byte`);
  return [left, right];
}

function build() {
  const tokens = ranks.map(token =>
    bytesToVocabulary(typeof token === 'string' ? utf8.encode(token) : Uint8Array.from(token)),
  );
  const rankOf = new Map(tokens.map((token, rank) => [token, rank]));
  const merges = tokens.flatMap((token, rank) => (token.length > 1 ? [partsOf(token, rank, rankOf)] : []));
  const vocab: Record<string, number> = Object.fromEntries(rankOf);
  vocab['<|endoftext|>'] = tokens.length;
  return {
    version: '1.0',
    added_tokens: [{ id: tokens.length, content: '<|endoftext|>', special: true, normalized: true }],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      vocab,
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  };
}

let built: ReturnType<typeof build> | undefined;

/** GPT-2's tokenizer.json as an object, 50,257 ids; built once. */
export function r50kTokenizerJson(): ReturnType<typeof build> {
  built ??= build();
  return built;
}

export const R50K_VOCAB_SIZE = 50_257;
