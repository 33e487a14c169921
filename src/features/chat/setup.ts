// What a person chose for a conversation, and the template and its variables that follow from that and from the model.
import type { LoadedModel } from '../../protocol/events.ts';
import { type ChatTemplate, chatTemplatesOf } from '../../tokenizer/chat-templates.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Tool } from '../shared/tools.ts';
import type { Written } from './compose.ts';
import { plainTemplate } from './plain.ts';
import type { Setup } from './types.ts';

export const DEFAULT_SETUP: Setup = {
  system: '',
  template: 'default',
  custom: null,
  thinking: true,
  tools: false,
  strategy: 'stop',
  first: 4,
};

/** The model's own templates; none where it has none. */
export function templatesOf({ tokenizerConfig }: Pick<LoadedModel, 'tokenizerConfig'>): readonly ChatTemplate[] {
  return chatTemplatesOf(tokenizerConfig);
}

/** The template in force. */
export function sourceOf(model: Pick<LoadedModel, 'tokenizerConfig'>, tokenizer: Tokenizer, setup: Setup): string {
  if (setup.custom !== null) return setup.custom;
  const chosen = chosenOf(templatesOf(model), setup);
  return chosen?.source ?? plainTemplate(tokenizer.opening.length > 0);
}

/** Some models have a template of its own for tools, which takes the place of the default one. */
export function chosenOf(templates: readonly ChatTemplate[], { template, tools }: Setup): ChatTemplate | undefined {
  const named = (wanted: string) => templates.find(({ name }) => name === wanted);
  const own = tools && template === DEFAULT_SETUP.template ? named('tool_use') : undefined;
  return own ?? named(template) ?? templates[0];
}

/** The template writes tools into the text. */
function takesTools(source: string): boolean {
  return /\btools\b/.test(source);
}

/** A template of the model writes tools into the text, or the person's own does. */
export function canTakeTools(model: Pick<LoadedModel, 'tokenizerConfig'>, tokenizer: Tokenizer, setup: Setup): boolean {
  return takesTools(sourceOf(model, tokenizer, { ...setup, tools: true }));
}

/** Commands in the form that templates know from transformers: a function with a JSON schema of what it takes. */
export function toolsFor(tools: readonly Tool[]): readonly unknown[] {
  return tools.map(({ name, purpose, takesArgument }) => ({
    type: 'function',
    function: {
      name,
      description: purpose === '' ? name : purpose,
      parameters: {
        type: 'object',
        properties: takesArgument ? { argument: { type: 'string', description: 'What it is asked about' } } : {},
        required: takesArgument ? ['argument'] : [],
      },
    },
  }));
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

export function writtenWith(model: LoadedModel, tokenizer: Tokenizer, setup: Setup, tools: readonly Tool[]): Written {
  const source = sourceOf(model, tokenizer, setup);
  const [opening] = tokenizer.opening;
  const specials = {
    ...(opening === undefined ? {} : { bos_token: tokenizer.specials.get(opening) ?? '' }),
    ...specialVariables(model.tokenizerConfig),
  };
  return {
    source,
    variables: {
      ...specials,
      ...(asksForThinking(source) ? { enable_thinking: setup.thinking } : {}),
      ...(setup.tools && tools.length > 0 && takesTools(source) ? { tools: toolsFor(tools) } : {}),
    },
  };
}
