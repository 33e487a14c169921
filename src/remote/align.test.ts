// Where tokens of a server lie in a text: with their spaces or without, with what stands before the text, and with bytes that are no text by themselves.
import { expect, test } from 'vitest';
import { lengthsIn } from './align.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const lengths = (text: string, pieces: readonly (string | null)[]): number[] =>
  lengthsIn(
    bytes(text),
    pieces.map(each => (each === null ? null : bytes(each))),
  );

test.each([
  ['as they are', 'The cat sat', ['The', ' cat', ' s', 'at'], [3, 4, 2, 2]],
  ['without the space before words', 'The cat sat', ['The', 'cat', 's', 'at'], [3, 4, 2, 2]],
  ['with a space that the text begins without', 'The cat', [' The', ' cat'], [3, 4]],
  ['behind what the server puts before a text', 'The cat', ['<s>', 'The', ' cat'], [0, 3, 4]],
  ['a character in two tokens', 'a 🐈!', ['a', ' ', '\ufffd', '!'], [1, 1, 4, 1]],
  ['a character in three tokens at the end', 'a 🐈', ['a', ' ', '\ufffd', null, '\ufffd'], [1, 1, 1, 1, 2]],
  ['one that is not known', 'The cat', ['The', null], [3, 4]],
  ['only as far as they agree', 'The cat sat down', ['The', ' dog', ' sat'], [3]],
])('%s', (_, text, pieces, wanted) => {
  expect(lengths(text, pieces)).toEqual(wanted);
});
