// The tokenizer of a model folder, or ids as text where there is none that can be read.
import { asNucleusError } from '../lib/error.ts';
import type { ModelWarning } from '../protocol/events.ts';
import { type FoundTokenizer, readTokenizerFiles, type TokenizerFiles } from '../tokenizer/files.ts';
import { idBytesTable } from '../tokenizer/id-tokenizer.ts';
import { tokenBytes } from '../tokenizer/open.ts';
import { namedSpecials } from '../tokenizer/special-names.ts';
import { withoutSurplus } from '../tokenizer/surplus.ts';

export interface ReadTokenizer {
  /** What the page opens; null: the text is ids. */
  readonly tokenizerJson: unknown;
  /** tokenizer_config.json; empty where there is none. */
  readonly tokenizerConfig: unknown;
  /** Bytes of every id, [V]. */
  readonly tokenBytes: readonly Uint8Array[];
  readonly warnings: readonly ModelWarning[];
}

/** @param files those of `TOKENIZER_FILES` that are there. Rejects with `bad_json` and `tokenizer_mismatch`. */
export async function readTokenizer(files: TokenizerFiles, vocab_size: number): Promise<ReadTokenizer> {
  try {
    const found = readTokenizerFiles(files);
    if (found !== null) return await opened(found, vocab_size);
    return idsAsText(vocab_size, 'tokenizer.json is missing');
  } catch (thrown) {
    const error = asNucleusError(thrown);
    if (error.code !== 'bad_tokenizer') throw error;
    return idsAsText(vocab_size, `${error.detail.file ?? 'tokenizer.json'} cannot be read: ${error.message}`);
  }
}

async function opened({ source, config }: FoundTokenizer, vocab_size: number): Promise<ReadTokenizer> {
  namedSpecials(config);
  const { tokenizerJson, surplus } = withoutSurplus(source, vocab_size);
  const bytes = await tokenBytes(tokenizerJson, vocab_size);
  const warnings: ModelWarning[] =
    surplus === 0 ? [] : [{ code: 'tokenizer_surplus', detail: { surplus, vocab_size } }];
  return { tokenizerJson, tokenizerConfig: config, tokenBytes: bytes, warnings };
}

function idsAsText(vocab_size: number, why: string): ReadTokenizer {
  const warnings: ModelWarning[] = [{ code: 'ids_as_text', detail: { why } }];
  return { tokenizerJson: null, tokenizerConfig: {}, tokenBytes: idBytesTable(vocab_size), warnings };
}
