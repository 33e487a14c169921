// The tokenizer of a model folder, or ids as text where there is none that can be read.
import { asNucleusError } from '../lib/error.ts';
import type { ModelWarning } from '../protocol/events.ts';
import { tokenBytesTable } from '../tokenizer/bytes.ts';
import { idBytesTable } from '../tokenizer/id-tokenizer.ts';
import { namedSpecials } from '../tokenizer/special-names.ts';
import { withoutSurplus } from '../tokenizer/surplus.ts';

export interface ReadTokenizer {
  /** Null: the text is ids. */
  readonly tokenizerJson: unknown;
  /** Bytes of every id, [V]. */
  readonly tokenBytes: readonly Uint8Array[];
  readonly warnings: readonly ModelWarning[];
}

/** @param json the parsed tokenizer.json; undefined where the folder has none. @param config the parsed tokenizer_config.json. Throws `tokenizer_mismatch`. */
export function readTokenizer(json: unknown, config: unknown, vocab_size: number): ReadTokenizer {
  if (json === undefined) return idsAsText(vocab_size, 'tokenizer.json is missing');
  const { tokenizerJson, surplus } = withoutSurplus(json, vocab_size);
  try {
    namedSpecials(config);
    const tokenBytes = tokenBytesTable(tokenizerJson, vocab_size);
    const warnings: ModelWarning[] =
      surplus === 0 ? [] : [{ code: 'tokenizer_surplus', detail: { surplus, vocab_size } }];
    return { tokenizerJson, tokenBytes, warnings };
  } catch (thrown) {
    const error = asNucleusError(thrown);
    if (error.code !== 'bad_tokenizer') throw error;
    return idsAsText(vocab_size, `${error.detail.file ?? 'tokenizer.json'} cannot be read: ${error.message}`);
  }
}

function idsAsText(vocab_size: number, why: string): ReadTokenizer {
  const warnings: ModelWarning[] = [{ code: 'ids_as_text', detail: { why } }];
  return { tokenizerJson: null, tokenBytes: idBytesTable(vocab_size), warnings };
}
