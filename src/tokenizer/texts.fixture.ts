// Test support: texts of many kinds, the shipped tokenizer, and arbitraries for property tests.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';

const shipped = new URL('../../public/models/nucleus-3m/', import.meta.url);

/** A parsed file of the model that ships with the page. */
export function shippedJson(file: 'tokenizer.json' | 'tokenizer_config.json'): unknown {
  return JSON.parse(readFileSync(new URL(file, shipped), 'utf8'));
}

export const SHIPPED_VOCAB_SIZE = 2048;

export const TEXTS: readonly string[] = [
  '',
  'a',
  ' ',
  'Once upon a time there was a small fox named Pip.',
  "She said: \"I don't know, it's John's; we'll see, they've gone, I'm late, he'd said, you're right.\"",
  "DON'T SHOUT, IT'S O'CLOCK 'tis ''s '' 's",
  'for (let i = 0; i < n; i++) {\n\tconsole.log(`#{i}: {a[i]}`);\n}\n\n\n// end',
  'def f(x):\n    if x  >  1:\n        return x ** 2\r\n    return  None\r\n',
  '{"key": [1, 2.5, -3e10, null], "name": "ab\\"c"}',
  'Grüße aus Zürich, naïve café, Ångström, İstanbul, ﬁ ligature',
  'Москва не сразу строилась. Київ — столиця.',
  '東京は日本の首都です。人口は約1400万人。',
  '你好,世界!今天天气很好。',
  '안녕하세요 세계',
  'مرحبا بالعالم، كيف حالك؟ ١٢٣',
  'שלום עולם',
  'नमस्ते दुनिया क्षत्रिय',
  'สวัสดีชาวโลก',
  'emoji: 😀👍🏽👩‍👩‍👧‍👦🇩🇪❤️ and text😀text',
  'e\u0301 o\u0308 \u0301\u0302 Z̸̢̛a̷l̶g̵o̷',
  '3.14159 1,000,000 2024-01-31 12:34:56 ½ ² Ⅷ ① 0x1F',
  '   leading',
  'trailing   ',
  'a  b   c    d',
  '\n\n\n',
  ' \n \t \r\n ',
  '\u00a0nbsp\u2003em\u3000ideographic\ufeffbom\u0085next\u200bzero',
  'someone.else+tag@example.co.uk, https://example.org/a?b=c&d=%20#frag',
  '<|endoftext|> is text <|endoftext|>',
  '!!!??...---===***///\\\\\\',
  'SolidGoldMagikarp rawdownloadcloneembedreportprint',
  '\0\x01\x7f control',
  '$100 €50 £20 ¥1000 100% #1 a_b-c',
];

/** Code points of every kind of trouble: spaces, apostrophes, marks, letters of several scripts, several bytes, digits. */
const TROUBLE = [
  ...'aAbstrevml dIO019 ',
  ' ',
  '  ',
  '\n',
  '\r',
  '\t',
  '\u00a0',
  '\u3000',
  "'",
  "'s",
  "'ll",
  '.',
  ',',
  '!',
  '-',
  '"',
  '<|endoftext|>',
  'é',
  'ß',
  'e\u0301',
  '\u0301',
  'Ж',
  '中',
  '文',
  'م',
  '١',
  '½',
  '😀',
  '👩‍👧',
  '\ufeff',
  '\ufffd',
  '\u200d',
  '\0',
  ' the',
  ' was',
  'ing',
  'word',
  '\u0085',
];

/** Texts that provoke every branch of the pre-tokenisation. Well-formed. */
export const troubleText = (maxLength = 24): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...TROUBLE), { maxLength }).map(parts => parts.join(''));

/** Any code point but surrogates; those of one UTF-16 unit more often than their share. */
const anyCharacter = fc
  .oneof(
    fc.integer({ min: 0, max: 0x24ff }),
    fc.integer({ min: 0, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map(code => String.fromCodePoint(code));

/** Any text that is well-formed, half of it troublesome. */
export const anyText = (): fc.Arbitrary<string> =>
  fc.oneof(
    troubleText(),
    fc.array(anyCharacter, { maxLength: 24 }).map(characters => characters.join('')),
  );
