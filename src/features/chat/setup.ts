// What a person chose for a conversation, and the template and its variables that follow from that and from the model.
import type { LoadedModel } from '../../protocol/events.ts';
import { type ChatTemplate, chatTemplatesOf } from '../../tokenizer/chat-templates.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Written } from './compose.ts';
import { plainTemplate } from './plain.ts';
import type { Setup } from './types.ts';

export const DEFAULT_SETUP: Setup = {
  system: '',
  template: 'default',
  custom: null,
  thinking: true,
  strategy: 'stop',
  first: 4,
};

/** The model's own templates; none where it has none. */
export function templatesOf({ tokenizerConfig }: Pick<LoadedModel, 'tokenizerConfig'>): readonly ChatTemplate[] {
  return chatTemplatesOf(tokenizerConfig);
}

/** The template in force. */
export function sourceOf(
  model: Pick<LoadedModel, 'tokenizerConfig'>,
  tokenizer: Tokenizer,
  { template, custom }: Setup,
): string {
  if (custom !== null) return custom;
  const templates = templatesOf(model);
  const chosen = templates.find(({ name }) => name === template) ?? templates[0];
  return chosen?.source ?? plainTemplate(tokenizer.opening.length > 0);
}

/** The template asks whether the model is to think. */
export function asksForThinking(source: string): boolean {
  return source.includes('enable_thinking');
}

const NAMED = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

/** Names of special tokens as transformers gives them to a template. */
function specialVariables(config: unknown): Record<string, string> {
  if (typeof config !== 'object' || config === null) return {};
  const fields = new Map<string, unknown>(Object.entries(config));
  const found: Record<string, string> = {};
  for (const name of NAMED) {
    const value = fields.get(name);
    const content: unknown = typeof value === 'object' && value !== null && 'content' in value ? value.content : value;
    if (typeof content === 'string') found[name] = content;
  }
  return found;
}

export function writtenWith(model: LoadedModel, tokenizer: Tokenizer, setup: Setup): Written {
  const source = sourceOf(model, tokenizer, setup);
  const [opening] = tokenizer.opening;
  const specials = {
    ...(opening === undefined ? {} : { bos_token: tokenizer.specials.get(opening) ?? '' }),
    ...specialVariables(model.tokenizerConfig),
  };
  return {
    source,
    variables: asksForThinking(source) ? { ...specials, enable_thinking: setup.thinking } : specials,
  };
}
