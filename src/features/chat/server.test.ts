// A conversation with a server: what the template writes as special tokens goes there as their ids, what a person writes stays text.
import { expect, test } from 'vitest';
import { serveModel } from '../../../e2e/support/model-server.ts';
import { BOS, V } from '../../../e2e/support/scripted-engine.ts';
import { scriptedModel } from '../../../e2e/support/scripted-model.ts';
import { makePage } from '../../../e2e/support/scripted-page.ts';
import tokenizerJson from '../../../public/models/nucleus-3m/tokenizer.json' with { type: 'json' };
import tokenizerConfig from '../../../public/models/nucleus-3m/tokenizer_config.json' with { type: 'json' };
import { createTokenizer } from '../../tokenizer/tokenizer.ts';
import { chatOn } from './chat.fixture.ts';

test.each(['llamacpp', 'vllm'] as const)(
  'the plain template begins with the token that texts begin with: %s',
  async flavour => {
    const server = await serveModel({ flavour, model: { ...scriptedModel(), bos: BOS } });
    const page = makePage({ firstText: '' });
    try {
      await page.start();
      await page.model.getState().loadModel({ kind: 'server', address: server.url, model: '' });
      const { chat, say } = chatOn(page, 2);
      chat.getState().change({ system: 'Terse.' });
      const before = server.asked.length;
      await say('Is <|endoftext|> a word?');
      const prompts = server.asked
        .slice(before)
        .filter(({ path, body }) => path === '/v1/completions' && body.stream === true)
        .map(({ body }) => body.prompt);
      const own = createTokenizer(tokenizerJson, tokenizerConfig, V);
      const after = own.encode('Terse.\n\nUser: Is <|endoftext|> a word?\nAssistant:');
      const said = flavour === 'llamacpp' ? after : own.encodeWithSpecials(own.decode(after));
      expect(prompts[0]).toEqual([BOS, ...said]);
    } finally {
      page.dispose();
      await server.close();
    }
  },
);

test('names that the server’s own template writes are special in a person’s, and text in what a person says', async () => {
  const [begins, ends] = [2045, 2046];
  const model = {
    ...scriptedModel(),
    bos: BOS,
    names: new Map([
      ['<|im_start|>', begins],
      ['<|im_end|>', ends],
    ]),
    template: "{{ '<|im_start|>' + role + '<|im_end|>' + '<b>' + '[INST]' }}",
  };
  const server = await serveModel({ flavour: 'llamacpp', model });
  const page = makePage({ firstText: '' });
  try {
    await page.start();
    await page.model.getState().loadModel({ kind: 'server', address: server.url, model: '' });
    const { chat, say } = chatOn(page, 2);
    chat.getState().change({
      custom: "{% for m in messages %}{{ '<|im_start|>' + m.content + '<|im_end|>' }}{% endfor %}<b>",
    });
    await say('Is <|im_start|> a word?');
    const prompt = server.asked.findLast(({ path, body }) => path === '/v1/completions' && body.stream === true)?.body
      .prompt;
    const own = createTokenizer(tokenizerJson, tokenizerConfig, V);
    expect(prompt).toEqual([begins, ...own.encode('Is <|im_start|> a word?'), ends, ...own.encode('<b>')]);
  } finally {
    page.dispose();
    await server.close();
  }
});
