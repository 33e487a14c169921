// Where a model's templates are found, and which of two goes first.
import { expect, test } from 'vitest';
import { chatTemplatesOf, withTemplateFiles } from './chat-templates.ts';

test('text is the default one; of a list each by its name, the default first; what is neither is left', () => {
  expect(chatTemplatesOf({ chat_template: 'a' })).toEqual([{ name: 'default', source: 'a' }]);
  const chat_template = [
    { name: 'tool_use', template: 't' },
    { name: 'default', template: 'd' },
    { name: 'default', template: 'later' },
    { name: 'broken', template: 3 },
    'x',
  ];
  expect(chatTemplatesOf({ chat_template })).toEqual([
    { name: 'default', source: 'd' },
    { name: 'tool_use', source: 't' },
  ]);
  for (const config of [null, 'x', {}, { chat_template: '' }, { chat_template: { a: 'b' } }, { chat_template: 1 }])
    expect(chatTemplatesOf(config)).toEqual([]);
});

test('files of their own go before tokenizer_config.json', () => {
  const files = new Map(
    Object.entries({
      'tokenizer.json': '{}',
      'chat_template.jinja': 'from a file',
      'additional_chat_templates/rag.jinja': 'rag',
      'additional_chat_templates/deep/er.jinja': 'not one',
    }).map(([name, text]) => [name, new TextEncoder().encode(text)]),
  );
  const config = {
    bos_token: '<s>',
    chat_template: [
      { name: 'default', template: 'old' },
      { name: 'tool_use', template: 't' },
    ],
  };
  const found = withTemplateFiles(config, files);
  expect(found.bos_token).toBe('<s>');
  expect(chatTemplatesOf(found)).toEqual([
    { name: 'default', source: 'from a file' },
    { name: 'tool_use', source: 't' },
    { name: 'rag', source: 'rag' },
  ]);
  expect(withTemplateFiles({ a: 1 }, new Map())).toEqual({ a: 1 });
});
