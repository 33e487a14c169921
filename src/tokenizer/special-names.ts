// The special tokens that a tokenizer_config.json names; nothing else of that file is used.
import * as v from 'valibot';
import { NucleusError } from '../lib/error.ts';

const FILE = 'tokenizer_config.json';

/** As text, or as the object that the library writes of an added token. Null: there is none. */
const NAME = v.nullish(
  v.union(
    [
      v.string(),
      v.pipe(
        v.object({ content: v.string() }),
        v.transform(({ content }) => content),
      ),
    ],
    'is neither text nor an object with a text "content"',
  ),
);

const SPECIALS = v.object(
  {
    bos_token: NAME,
    eos_token: NAME,
    pad_token: NAME,
    unk_token: NAME,
    sep_token: NAME,
    cls_token: NAME,
    mask_token: NAME,
    additional_special_tokens: v.nullish(v.array(NAME, 'is no list')),
  },
  'it is not an object',
);

/** @param config the parsed file; null or undefined where a model has none. Throws `bad_tokenizer`, which names the field that cannot be read. */
export function namedSpecials(config: unknown): string[] {
  if (config === null || config === undefined) return [];
  const read = v.safeParse(SPECIALS, config, { abortEarly: true });
  if (!read.success) {
    const [{ path, message }] = read.issues;
    const field = path?.map(({ key }) => String(key)).join('.');
    throw new NucleusError('bad_tokenizer', field === undefined ? message : `${field} ${message}`, { file: FILE });
  }
  const { additional_special_tokens, ...single } = read.output;
  const names = [...Object.values(single), ...(additional_special_tokens ?? [])];
  return names.filter(name => name !== null && name !== undefined);
}
