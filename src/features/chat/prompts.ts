// Which conversation a text is: the prompts that were written are known, and the text begins with one of them. So Undo, another branch and a token chosen in
// the middle of a reply need no word from anyone: what stands behind the prompt is the reply.
import { between } from '../../lib/text-change.ts';
import type { Prompt, Shown, Span, Turn } from './types.ts';

const MOST_PROMPTS = 64;
/** UTF-16 units of all of them. */
const MOST_UNITS = 4_000_000;

/** The longest prompt that `text` begins with. @param controls where special tokens begin behind `from` */
export function shownIn(
  prompts: readonly Prompt[],
  text: string,
  controlsFrom: (from: number) => readonly number[] = () => [],
): Shown | null {
  let found: Prompt | null = null;
  for (const prompt of prompts) {
    if (prompt.text.length >= (found?.text.length ?? -1) && text.startsWith(prompt.text)) found = prompt;
  }
  if (found === null) return null;
  const { length } = found.text;
  return { prompt: found, reply: text.slice(length), controls: controlsFrom(length).map(at => at - length) };
}

/** The turns with the reply as the last of them. */
export function turnsOf({ prompt, reply, controls }: Shown): readonly Turn[] {
  if (reply === '') return prompt.turns;
  return [...prompt.turns, { role: 'assistant', content: reply, ...(controls.length === 0 ? {} : { controls }) }];
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
  const turns = prompt.turns.map((turn, i) => (i === index ? withContent(turn, content) : turn));
  return { ...prompt, turns, spans, text: after.slice(0, prompt.text.length + grown), cost: null };
}

/** Another text of a turn by a person, whose own a result is from now on. @param at milliseconds since 1970 */
export function rewritten(turn: Turn, content: string, at: number): Turn {
  const { told } = turn;
  const own = { by: 'person', source: '', path: '', ms: 0, at } as const;
  return { ...withContent(turn, content), ...(told && { told: { ...told, ...own } }) };
}

/** How many turns stand before another reply to turn `index`, or in its place. Results of one reply stand together. */
export function replyPlace(turns: readonly Turn[], index: number): number {
  if (turns[index]?.role === 'assistant') return index;
  let until = index + 1;
  while (turns[until]?.role === 'tool') until++;
  return until;
}

/** Another text of a turn: special tokens outside what has changed stay special. */
function withContent(turn: Turn, content: string): Turn {
  const { controls, ...rest } = turn;
  if (controls === undefined) return { ...rest, content };
  const change = between(turn.content, content);
  const grown = content.length - turn.content.length;
  const stay = controls.flatMap(at => (at < change.start ? at : at >= change.end ? at + grown : []));
  return { ...rest, content, controls: stay };
}

/** Where a turn stands in the text; null where it does not. A call that the template writes anew stands where it was drawn: behind the prompt of its reply. */
export function placeOf({ prompt }: Shown, prompts: readonly Prompt[], index: number, end: number): Span | null {
  if (index >= prompt.turns.length) return { start: prompt.text.length, end };
  const span = prompt.spans[index] ?? null;
  if (prompt.turns[index]?.role !== 'assistant' || prompt.turns[index + 1]?.role !== 'tool') return span;
  const before = prompts.findLast(each => each.turns.length === index && prompt.text.startsWith(each.text));
  const start = span?.start ?? before?.text.length;
  if (start === undefined || index < prompt.omitted) return null;
  const next = prompt.spans.slice(index + 1).find(each => each !== null)?.start ?? prompt.text.length;
  const found = prompt.end === '' ? -1 : prompt.text.indexOf(prompt.end, start);
  return { start, end: found < 0 ? next : Math.min(found, next) };
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
