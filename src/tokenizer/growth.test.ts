// Rules that make a text longer and longer are refused in place of filling the memory.
import { expect, test } from 'vitest';
import { readFaces } from './faces.ts';
import { unchanged } from './normal/aligned.ts';
import { readNormalizer } from './normal/normalizers.ts';
import { WHOLE } from './place.ts';

const DOUBLES = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
const doublings = (times: number) => Array.from({ length: times }, () => DOUBLES);

test('normalizers that double a character over and over', () => {
  const five = readNormalizer({ type: 'Sequence', normalizers: doublings(5) });
  expect(five(unchanged('banana'), WHOLE).text).toBe(`b${'a'.repeat(32)}n${'a'.repeat(32)}n${'a'.repeat(32)}`);
  const forty = readNormalizer({ type: 'Sequence', normalizers: doublings(40) });
  expect(forty(unchanged('bonbon'), WHOLE).text).toBe('bonbon');
  expect(() => forty(unchanged('a'), WHOLE)).toThrow(/make more than \d+ characters of 1/);
  expect(() => forty(unchanged('a'), WHOLE)).toThrow(expect.objectContaining({ code: 'bad_tokenizer' }));
});

test('a prefix that is put before each stretch, and one long content', () => {
  const long = 'x'.repeat(10_000);
  const prepend = readNormalizer({ type: 'Prepend', prepend: long });
  expect(() => prepend(unchanged('a'), WHOLE)).toThrow(expect.objectContaining({ code: 'bad_tokenizer' }));
  const replace = readNormalizer({ type: 'Replace', pattern: { String: 'a' }, content: long });
  expect(() => replace(unchanged('a'), WHOLE)).toThrow(expect.objectContaining({ code: 'bad_tokenizer' }));
});

test('decoders that double a character of a token', () => {
  const faces = (times: number) => readFaces({ type: 'Sequence', decoders: doublings(times) });
  expect(new TextDecoder().decode(faces(3).bytesOf('ba'))).toBe(`b${'a'.repeat(8)}`);
  expect(() => faces(40).bytesOf('ba')).toThrow(expect.objectContaining({ code: 'bad_tokenizer' }));
});

test('a long text in a form that is many times as long', () => {
  const form = readNormalizer({ type: 'NFKD' });
  const text = '\ufdfa'.repeat(20_000);
  expect(form(unchanged(text), WHOLE).text).toBe(text.normalize('NFKD'));
});
