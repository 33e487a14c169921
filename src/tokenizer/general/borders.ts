// Where a place between two characters surely parts tokens, from what a tokenizer.json says; and where a space is put in front of text.

import type { PieceModel } from '../models/piece-model.ts';
import type { BoundaryRule } from '../pretokens/border.ts';
import { schemeOf } from '../pretokens/cuts.ts';
import { isJsonObject, type JsonObject } from '../spec.ts';

/** What is known of a place between two characters. */
export interface Borders {
  /** Whether a cut before a space is certain, whatever the model. */
  readonly cutsAtSpaces: boolean;
  /** Each character becomes one by itself, so that the model decides about every place. */
  readonly plain: boolean;
  /** Nothing is certain. */
  readonly none: boolean;
  /** What a space is to the model. */
  readonly space: string;
}

function listed(value: unknown, key: string): JsonObject[] {
  if (!isJsonObject(value)) return [];
  const inner = value[key];
  return value.type === 'Sequence' && Array.isArray(inner) ? inner.flatMap(each => listed(each, key)) : [value];
}

/** What a step cuts depends on nothing but the characters beside it. */
function isLocal({ type, pattern }: JsonObject): boolean {
  const literal = type === 'Split' && isJsonObject(pattern) && typeof pattern.Regex !== 'string';
  return literal || LOCAL.has(type);
}

const LOCAL: ReadonlySet<unknown> = new Set([
  ...['ByteLevel', 'Metaspace', 'Digits', 'Punctuation', 'Whitespace', 'WhitespaceSplit', 'BertPreTokenizer'],
  'CharDelimiterSplit',
]);

function cutsAtSpaces(step: JsonObject): boolean {
  const { type, split, use_regex } = step;
  if (type === 'Metaspace') return split !== false;
  if (type === 'ByteLevel') return use_regex !== false;
  return type === 'Whitespace' || type === 'WhitespaceSplit' || type === 'BertPreTokenizer';
}

function isPlain({ type, pattern, content }: JsonObject): boolean {
  if (type === 'Prepend') return true;
  return (
    type === 'Replace' &&
    isJsonObject(pattern) &&
    pattern.String === ' ' &&
    typeof content === 'string' &&
    content.length === 1
  );
}

export function readBorders(
  normalizer: unknown,
  pretokenizer: unknown,
): { readonly borders: Borders; readonly prefixed: 'never' | 'first' | 'each' } {
  const normal = listed(normalizer, 'normalizers');
  const steps = listed(pretokenizer, 'pretokenizers');
  const replaced = normal.find(({ type }) => type === 'Replace');
  const marked = steps.find(({ type }) => type === 'Metaspace');
  const space = marked?.replacement ?? replaced?.content;
  const borders: Borders = {
    cutsAtSpaces: steps.some(cutsAtSpaces),
    plain:
      normal.every(isPlain) &&
      steps.every(
        ({ type, pattern }) =>
          type === 'Metaspace' || (type === 'Split' && isJsonObject(pattern) && pattern.String === ' '),
      ),
    none: !steps.every(isLocal),
    space: typeof space === 'string' && space.length === 1 ? space : ' ',
  };
  const scheme = marked === undefined ? 'never' : schemeOf(marked);
  const each =
    normal.some(({ type }) => type === 'Prepend') ||
    scheme === 'always' ||
    steps.some(({ add_prefix_space, type }) => type === 'ByteLevel' && add_prefix_space === true);
  return { borders, prefixed: each ? 'each' : scheme === 'first' ? 'first' : 'never' };
}

const LETTER = /^[\p{L}\p{N}\p{P}]$/u;
const NEVER: BoundaryRule = () => false;

/** The rule for these borders; `words` are the added tokens that are found in text before it is cut. */
export function ruleOf(
  { cutsAtSpaces, plain, none, space }: Borders,
  model: PieceModel,
  words: { readonly texts: readonly string[]; readonly lookAround: boolean },
): BoundaryRule {
  if (none || words.lookAround) return NEVER;
  const code = (char: string): number => (char === ' ' ? space : char).codePointAt(0) ?? 0;
  const rule: BoundaryRule = (before, after) => {
    if (plain && model.partsBetween(code(before), code(after))) return true;
    // What stands before it is no space of any kind, so none of the two is dropped or joined to the other.
    return after === ' ' && LETTER.test(before) && (cutsAtSpaces || model.onlyBegins(code(after)));
  };
  const spans = words.texts.some(word => {
    const chars = Array.from(word);
    return chars.some((char, i) => i > 0 && rule(chars[i - 1] ?? '', char));
  });
  return spans ? NEVER : rule;
}
