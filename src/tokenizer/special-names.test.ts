// Which special tokens a tokenizer_config.json names, in all forms that are written, and what is said of one that is not sound.
import { expect, test } from 'vitest';
import { namedSpecials } from './special-names.ts';

test('as text, as an object, not at all, and further ones', () => {
  const config = {
    bos_token: '<s>',
    eos_token: { __type: 'AddedToken', content: '</s>', lstrip: false },
    pad_token: null,
    additional_special_tokens: ['<a>', { content: '<b>' }],
    model_max_length: 1e30,
    chat_template: [{ name: 'default', template: '' }],
  };
  expect(namedSpecials(config)).toEqual(['<s>', '</s>', '<a>', '<b>']);
  expect(namedSpecials({ additional_special_tokens: null })).toEqual([]);
  for (const none of [null, undefined, {}]) expect(namedSpecials(none)).toEqual([]);
});

test.each([
  [{ unk_token: 5 }, 'unk_token is neither text nor an object with a text "content"'],
  [{ cls_token: { content: 5 } }, 'cls_token is neither text nor an object with a text "content"'],
  [{ additional_special_tokens: '<a>' }, 'additional_special_tokens is no list'],
  [{ additional_special_tokens: ['<a>', 7] }, 'additional_special_tokens.1 is neither text nor an object'],
  ['<s>', 'it is not an object'],
])('%j is refused', (config, words) => {
  expect(() => namedSpecials(config)).toThrow(words);
  expect(() => namedSpecials(config)).toThrow(
    expect.objectContaining({ code: 'bad_tokenizer', detail: { file: 'tokenizer_config.json' } }),
  );
});
