// Where the contents of turns stand in a rendered prompt. The template is rendered once more with a mark in the place of each content: what lies between
// the marks is the form, and with the form the contents are found in the text, trimmed and without their thinking as templates have them.
import type { ChatMessage } from './render.ts';
import type { Span } from './types.ts';

const mark = (index: number): string => `\ue0a0${index}\ue0a1`;
const MARKS = /\ue0a0(\d+)\ue0a1/g;

export function marked(messages: readonly ChatMessage[]): ChatMessage[] {
  // A call without words of its own keeps to none, since templates write it otherwise beside words.
  return messages.map((message, i) => ({
    ...message,
    content: message.tool_calls !== undefined && message.content === '' ? '' : mark(i),
  }));
}

export interface Form {
  /** What stands before each content, and behind the last one. One more than `order`. */
  readonly between: readonly string[];
  /** Whose contents stand there, as indices of the messages. */
  readonly order: readonly number[];
}

/** The form of a text that was rendered from `marked` messages. */
export function formOf(text: string): Form {
  const between: string[] = [];
  const order: number[] = [];
  let at = 0;
  for (const { 0: whole, 1: index, index: start } of text.matchAll(MARKS)) {
    between.push(text.slice(at, start));
    order.push(Number(index));
    at = start + whole.length;
  }
  return { between: [...between, text.slice(at)], order };
}

/** By message: where its content stands in `text`, which was rendered from the same form. Null where the text departs from the form. */
export function contentSpans(text: string, form: Form, messages: readonly ChatMessage[]): (Span | null)[] {
  const spans: (Span | null)[] = messages.map(() => null);
  let at = 0;
  for (const [i, index] of form.order.entries()) {
    const before = form.between[i] ?? '';
    const after = form.between[i + 1] ?? '';
    // Templates may write more than the form before a content that has thinking in it.
    const found = text.startsWith(before, at) ? at : text.indexOf(before, at);
    if (found < 0) return spans;
    const start = found + before.length;
    const end = endOf(text, start, after, messages[index]?.content ?? '', i === form.order.length - 1);
    if (end < 0) return spans;
    spans[index] = { start, end };
    at = end;
  }
  return spans;
}

function endOf(text: string, start: number, after: string, content: string, last: boolean): number {
  const answer = content.split('</think>').at(-1) ?? content;
  const escaped = JSON.stringify(content).slice(1, -1);
  for (const each of [content, escaped, content.trim(), content.trimEnd(), answer, answer.trimStart(), answer.trim()])
    if (each !== '' && text.startsWith(each + after, start)) return start + each.length;
  if (after === '') return last ? text.length : start;
  return text.indexOf(after, start);
}

/** What ends a reply: the special token that the form has behind it, else the text. */
export function endOfReply(behind: string, specials: Iterable<string>): string {
  let longest = '';
  for (const special of specials) if (behind.startsWith(special) && special.length > longest.length) longest = special;
  return longest === '' ? behind.trimEnd().slice(0, 256) : longest;
}
