// For tests: a conversation on a page with the scripted engine, its templates rendered at once.
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { toolsStore } from '../shared/tools.ts';
import { rendered } from './render.ts';
import type { Render } from './renderer.ts';
import { createChatStore } from './store.ts';
import type { ChatStore } from './types.ts';

/** As the worker does, in the same thread. */
export const renderNow: Render = requests => Promise.resolve(requests.map(rendered));

export interface ChatPage {
  readonly page: Page;
  readonly chat: ChatStore;
  /** Types `words` and sends them. */
  readonly say: (words: string) => Promise<void>;
}

/** A template of the shipped vocabulary, whose one special token ends every turn. */
export const TEMPLATE =
  "{% for m in messages %}{{ m.role + ': ' + m.content|trim + '<|endoftext|>' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}";

interface ChatPageOptions {
  readonly template?: string;
  readonly context?: number;
  readonly length?: number;
  readonly render?: Render;
  readonly text?: string;
}

export async function chatPage(options: ChatPageOptions = {}): Promise<ChatPage> {
  const { template, context = 256, length = 6, render = renderNow, text = '' } = options;
  const page = await readyPage({
    firstText: text,
    model: {
      dims: { n_layer: 1, n_embd: 8, n_head: 1, n_kv_head: 1, head_size: 8, n_ctx: context, vocab_size: 2048 },
      ...(template === undefined ? {} : { tokenizerConfig: { chat_template: template, eos_token: '<|endoftext|>' } }),
    },
  });
  return chatOn(page, length, render);
}

/** A conversation on `page`, whose replies have `length` tokens. */
export function chatOn(page: Page, length: number, render = renderNow): ChatPage {
  page.settings.getState().change({ max_new_tokens: length, end_of_text: 'never' });
  const tools = toolsStore.of(page);
  const made = createChatStore({ ...page, ...page.work, render, tools, today: () => 0 });
  page.work.onEnd(made.dispose);
  const chat = made.store;
  return {
    page,
    chat,
    say: async words => {
      chat.getState().setDraft(words);
      await chat.getState().send();
    },
  };
}
