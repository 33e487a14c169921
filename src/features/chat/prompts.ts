// Which conversation a text is: the prompts that were written are known, and the text begins with one of them. So Undo, another branch and a token chosen in
// the middle of a reply need no word from anyone: what stands behind the prompt is the reply.
import { between } from '../../lib/text-change.ts';
import type { Prompt, Shown, Span, Turn } from './types.ts';

const MOST_PROMPTS = 64;
/** UTF-16 units of all of them. */
const MOST_UNITS = 4_000_000;

/** The longest prompt that `text` begins with. */
export function shownIn(prompts: readonly Prompt[], text: string): Shown | null {
  let found: Prompt | null = null;
  for (const prompt of prompts) {
    if (prompt.text.length >= (found?.text.length ?? -1) && text.startsWith(prompt.text)) found = prompt;
  }
  return found === null ? null : { prompt: found, reply: text.slice(found.text.length) };
}

/** The turns with the reply as the last of them. */
export function turnsOf({ prompt, reply }: Shown): readonly Turn[] {
  return reply === '' ? prompt.turns : [...prompt.turns, { role: 'assistant', content: reply }];
}

/** With `prompt` as the newest; an older one of the same text goes, and the oldest where there are too many. */
export function withPrompt(prompts: readonly Prompt[], prompt: Prompt): readonly Prompt[] {
  const others = prompts.filter(each => each.text !== prompt.text);
  const kept = [...others.slice(1 - MOST_PROMPTS), prompt];
  let units = kept.reduce((sum, each) => sum + each.text.length, 0);
  while (units > MOST_UNITS && kept.length > 1) units -= kept.shift()?.text.length ?? 0;
  return kept;
}

/**
 * The prompt after an edit of the text within the content of one turn, as a person makes it in the field; null where the edit is somewhere else.
 */
export function editedPrompt(prompt: Prompt, before: string, after: string): Prompt | null {
  const change = between(before, after);
  if (change.start >= prompt.text.length && change.end >= prompt.text.length) return null;
  const index = prompt.spans.findIndex(span => span !== null && span.start <= change.start && change.end <= span.end);
  const span = prompt.spans[index];
  if (!span) return null;
  const grown = after.length - before.length;
  const moved = { start: span.start, end: span.end + grown };
  const spans = prompt.spans.map((each, i) => (i === index ? moved : shifted(each, span.end, grown)));
  const content = after.slice(moved.start, moved.end);
  const turns = prompt.turns.map((turn, i) => (i === index ? { ...turn, content } : turn));
  return { ...prompt, turns, spans, text: after.slice(0, prompt.text.length + grown), cost: null };
}

function shifted(span: Span | null, from: number, by: number): Span | null {
  return span === null || span.start < from ? span : { start: span.start + by, end: span.end + by };
}

/** A text that says something else in the place of a turn. */
export interface Alternative {
  readonly branch: number;
  readonly content: string;
}

/** A branch and the turns of its text. */
export interface BranchTurns {
  readonly branch: number;
  readonly turns: readonly Turn[];
}

/** What branches say in the place of turn `index` after the same turns before it, each once, in the order of the branches. */
export function alternatives(lists: readonly BranchTurns[], active: number, index: number): readonly Alternative[] {
  const own = lists.find(({ branch }) => branch === active)?.turns ?? [];
  const same = (turns: readonly Turn[]) => own.slice(0, index).every((turn, i) => turns[i]?.content === turn.content);
  const found = new Map<string, number>();
  for (const { branch, turns } of lists) {
    const content = turns[index]?.content;
    if (content === undefined || !same(turns)) continue;
    if (branch === active || found.get(content) !== active) found.set(content, branch);
  }
  return Array.from(found, ([content, branch]) => ({ branch, content }));
}
