// A conversation made into the prompt of its next reply: rendered by the template, found again in the text, tokenised.
import type { DocumentToken } from '../../stores/document/types.ts';
import { layoutTokens } from '../../tokenizer/text.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { callsIn } from './calls.ts';
import { contentSpans, endOfReply, formOf, marked } from './form.ts';
import { Guard, type Guarded } from './guard.ts';
import type { ChatMessage, Rendered, RenderRequest, TemplateVariables } from './render.ts';
import type { Render } from './renderer.ts';
import { answerStart } from './thinking.ts';
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
  /** The prompt as it was tokenised. */
  readonly written: Guarded;
}

export type Outcome = { readonly composed: Composed } | { readonly trouble: Trouble };

/** With where special tokens that were drawn stand in it. */
interface Message extends ChatMessage {
  readonly controls?: readonly number[];
}

/** An id of a call that every template takes, Mistral's, too: nine letters and digits. */
const callId = (index: number): string => `call${String(index % 100_000).padStart(5, '0')}`;

/** @param structured calls as data for the template to write; else as they were written by the model */
function messagesOf({ system, turns, omitted, summary }: Conversation, structured: boolean): readonly Message[] {
  const about = summary === '' ? system : `${system}\n\nThe conversation so far, in short: ${summary}`.trim();
  const messages: Message[] = about === '' ? [] : [{ role: 'system', content: about }];
  for (let i = omitted; i < turns.length; i++) {
    const turn = turns[i];
    if (turn === undefined) break;
    const { role, content, told, controls = [] } = turn;
    const results = turns.slice(i + 1).findIndex(each => each.role !== 'tool');
    const given = results < 0 ? turns.length - i - 1 : results;
    if (role === 'tool') {
      // A call is told from others by the place of its result.
      messages.push({ role, content, tool_call_id: callId(i), name: told?.command ?? '' });
    } else messages.push((structured && given > 0 && callMessage(turn, i, given)) || { role, content, controls });
  }
  return messages;
}

/** A reply that ends in `given` calls which have results. Null where no calls are read in it. */
function callMessage({ content, controls = [] }: Turn, index: number, given: number): Message | null {
  const found = callsIn(content, answerStart(content, ''));
  if (found.kind !== 'calls') return null;
  const calls = found.calls.slice(0, given).map(({ name, arguments: args }, i) => {
    return { id: callId(index + 1 + i), type: 'function', function: { name, arguments: args } };
  });
  const words = content.slice(0, found.start).trimEnd();
  return { role: 'assistant', content: words, controls, tool_calls: calls };
}

/** The outcome of a rendering that did not give text. */
function troubleOf(rendered: Rendered | undefined): Trouble {
  if (rendered === undefined || rendered.kind === 'text') return { kind: 'failed', words: 'it gave no text' };
  return { kind: rendered.kind, words: rendered.words };
}

/** What keeps the words of a conversation text. */
function guardOf(tokenizer: Tokenizer, { source, variables }: Written, conversation: Conversation): Guard {
  const { system, summary, turns } = conversation;
  const said = turns.map(({ content }) => content).join('\n');
  return new Guard(tokenizer.specials.values(), [source, JSON.stringify(variables), system, summary, said].join('\n'));
}

function hidden(guard: Guard, { controls, tool_calls, ...message }: Message): ChatMessage {
  const content = guard.hide(message.content, controls);
  return tool_calls === undefined
    ? { ...message, content }
    : { ...message, content, tool_calls: tool_calls.map(each => guard.hideAll(each)) };
}

/** @param now milliseconds since 1970, for templates that write the date. */
export async function compose(
  render: Render,
  tokenizer: Tokenizer,
  written: Written,
  conversation: Conversation,
  now: number,
): Promise<Outcome> {
  const calls = /\btool_calls\b/.test(written.source) && conversation.turns.some(({ role }) => role === 'tool');
  const outcome = await composed(render, tokenizer, written, conversation, now, calls);
  if (!calls || !('trouble' in outcome) || outcome.trouble.kind === 'slow') return outcome;
  // A template that does not take so many calls at once may take what the model wrote.
  const raw = await composed(render, tokenizer, written, conversation, now, false);
  return 'trouble' in raw ? outcome : raw;
}

async function composed(
  render: Render,
  tokenizer: Tokenizer,
  written: Written,
  conversation: Conversation,
  now: number,
  structured: boolean,
): Promise<Outcome> {
  const { source, variables } = written;
  const own = messagesOf(conversation, structured);
  const messages = own.map(({ controls: _, ...message }) => message);
  const guard = guardOf(tokenizer, written, conversation);
  const given =
    variables.tools === undefined
      ? variables
      : { ...variables, tools: variables.tools.map(each => guard.hideAll(each)) };
  const request = (each: readonly ChatMessage[], add_generation_prompt: boolean): RenderRequest => {
    return { source, messages: each, variables: { ...given, add_generation_prompt }, now };
  };
  const [n, marks] = [messages.length, marked(messages)];
  const more = marked([...messages, { role: 'assistant', content: '' }, { role: 'user', content: '' }]);
  const real = request(
    own.map(each => hidden(guard, each)),
    true,
  );
  const rendered = await render([real, request(marks, true), request(more, false)]);
  if (rendered === null) return { trouble: { kind: 'slow' } };
  const [first, form, whole] = rendered;
  if (first?.kind !== 'text') return { trouble: troubleOf(first) };
  const read = guard.read(first.text);
  const plain = promptTokens(tokenizer, read);
  const { text, starts } = layoutTokens(plain.map(({ bytes }) => bytes));
  const spans = form?.kind === 'text' ? contentSpans(text, formOf(guard.read(form.text).text), messages) : [];
  const { system, turns, omitted, summary } = conversation;
  // The messages of the turns are the last ones; turns that are left out have none.
  const before = n - (turns.length - omitted);
  const end = whole?.kind === 'text' ? endBehind(guard.read(whole.text).text, n, tokenizer) : '';
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
  return { composed: { prompt, tokens: withResults(plain, starts, prompt), written: read } };
}

/** Tokens that show of a result are external, and say whose it is. */
function withResults(
  tokens: readonly DocumentToken[],
  starts: ArrayLike<number>,
  { turns, spans }: Prompt,
): readonly DocumentToken[] {
  const made = [...tokens];
  for (const [i, { told }] of turns.entries()) {
    const span = spans[i];
    if (told === undefined || !span || span.start === span.end) continue;
    for (const [at, token] of tokens.entries()) {
      const within = (starts[at] ?? 0) < span.end && (starts[at + 1] ?? 0) > span.start;
      if (within && !token.special) made[at] = { ...token, origin: 'external', told };
    }
  }
  return made;
}

/** The tokens of a prompt and of a reply behind it that nobody has drawn. */
export function withReply({ prompt, written }: Composed, tokenizer: Tokenizer, reply: Turn): readonly DocumentToken[] {
  const guard = new Guard(tokenizer.specials.values(), written.text + reply.content);
  const { text, marks } = guard.read(guard.hide(reply.content, reply.controls));
  const from = written.text.length;
  const whole = { text: written.text + text, marks: [...written.marks, ...marks.map(at => at + from)] };
  const tokens = promptTokens(tokenizer, whole);
  return withResults(tokens, layoutTokens(tokens.map(({ bytes }) => bytes)).starts, prompt);
}

/** What stands behind the content of message `index`. */
function endBehind(text: string, index: number, tokenizer: Tokenizer): string {
  const { between, order } = formOf(text);
  return endOfReply(between[order.indexOf(index) + 1] ?? '', tokenizer.specials.values());
}

/** Without ids [from, to): the text of a window that slides over the conversation. */
export function windowed({ prompt, tokens, written }: Composed, from: number, to: number): Composed {
  const kept = tokens.slice(0, from).concat(tokens.slice(to));
  const { starts } = layoutTokens(tokens.map(({ bytes }) => bytes));
  const { text } = layoutTokens(kept.map(({ bytes }) => bytes));
  const [begin, end] = [starts[from] ?? 0, starts[to] ?? 0];
  const gone = end - begin;
  const spans = prompt.spans.map(span => {
    if (span === null || span.end <= begin) return span;
    return span.start >= end ? { start: span.start - gone, end: span.end - gone } : null;
  });
  return { prompt: { ...prompt, text, spans, windowed: to - from }, tokens: kept, written };
}
