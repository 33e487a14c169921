// A conversation made into the prompt of its next reply: rendered by the template, found again in the text, tokenised.
import type { DocumentToken } from '../../stores/document/types.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { contentSpans, endOfReply, formOf, marked } from './form.ts';
import type { ChatMessage, Rendered, RenderRequest, TemplateVariables } from './render.ts';
import type { Render } from './renderer.ts';
import { promptTokens } from './tokens.ts';
import type { Prompt, Trouble, Turn } from './types.ts';

export interface Written {
  readonly source: string;
  readonly variables: TemplateVariables;
}

export interface Conversation {
  readonly system: string;
  readonly turns: readonly Turn[];
  readonly omitted: number;
  readonly summary: string;
}

export interface Composed {
  readonly prompt: Prompt;
  readonly tokens: readonly DocumentToken[];
}

export type Outcome = { readonly composed: Composed } | { readonly trouble: Trouble };

function messagesOf({ system, turns, omitted, summary }: Conversation): readonly ChatMessage[] {
  const about = summary === '' ? system : `${system}\n\nThe conversation so far, in short: ${summary}`.trim();
  return [...(about === '' ? [] : [{ role: 'system', content: about }]), ...turns.slice(omitted)];
}

/** The outcome of a rendering that did not give text. */
function troubleOf(rendered: Rendered | undefined): Trouble {
  if (rendered === undefined || rendered.kind === 'text') return { kind: 'failed', words: 'it gave no text' };
  return { kind: rendered.kind, words: rendered.words };
}

/** @param now milliseconds since 1970, for templates that write the date. */
export async function compose(
  render: Render,
  tokenizer: Tokenizer,
  { source, variables }: Written,
  conversation: Conversation,
  now: number,
): Promise<Outcome> {
  const messages = messagesOf(conversation);
  const request = (each: readonly ChatMessage[], add_generation_prompt: boolean): RenderRequest => {
    return { source, messages: each, variables: { ...variables, add_generation_prompt }, now };
  };
  const [n, marks] = [messages.length, marked(messages)];
  const more = marked([...messages, { role: 'assistant', content: '' }, { role: 'user', content: '' }]);
  const rendered = await render([request(messages, true), request(marks, true), request(more, false)]);
  if (rendered === null) return { trouble: { kind: 'slow' } };
  const [real, form, whole] = rendered;
  if (real?.kind !== 'text') return { trouble: troubleOf(real) };
  const tokens = promptTokens(tokenizer, real.text);
  const { text } = layoutTokens(tokens.map(({ bytes }) => bytes));
  const spans = form?.kind === 'text' ? contentSpans(text, formOf(form.text), messages) : [];
  const { system, turns, omitted, summary } = conversation;
  // The messages of the turns are the last ones; turns that are left out have none.
  const before = n - (turns.length - omitted);
  const end = whole?.kind === 'text' ? endBehind(whole.text, n, tokenizer) : '';
  const prompt: Prompt = {
    system,
    turns,
    omitted,
    summary,
    windowed: 0,
    text,
    spans: turns.map((_, i) => (i < omitted ? null : (spans[before + i - omitted] ?? null))),
    end,
    cost: null,
  };
  return { composed: { prompt, tokens } };
}

/** What stands behind the content of message `index`. */
function endBehind(text: string, index: number, tokenizer: Tokenizer): string {
  const { between, order } = formOf(text);
  return endOfReply(between[order.indexOf(index) + 1] ?? '', tokenizer.specials.values());
}

/** Without ids [from, to): the text of a window that slides over the conversation. */
export function windowed({ prompt, tokens }: Composed, from: number, to: number): Composed {
  const kept = tokens.slice(0, from).concat(tokens.slice(to));
  const { starts } = layoutTokens(tokens.map(({ bytes }) => bytes));
  const { text } = layoutTokens(kept.map(({ bytes }) => bytes));
  const [begin, end] = [starts[from] ?? 0, starts[to] ?? 0];
  const gone = end - begin;
  const spans = prompt.spans.map(span => {
    if (span === null || span.end <= begin) return span;
    return span.start >= end ? { start: span.start - gone, end: span.end - gone } : null;
  });
  return { prompt: { ...prompt, text, spans, windowed: to - from }, tokens: kept };
}
