// What a strategy would do to a conversation that does not fit: worked out on the very ids before anyone applies it.
import type { DocumentToken, TextView } from '../../stores/document/types.ts';
import { layoutTokens, tokenAt } from '../../tokenizer/text.ts';
import { type Composed, type Conversation, type Outcome, windowed } from './compose.ts';
import { exchangesOf, type Range, sumsOf, turnsToDrop, windowOf } from './fit.ts';
import { joined } from './tokens.ts';
import type { Plan, Setup, Span, Trouble } from './types.ts';

/** What the plan is made of. */
export interface PlanQuestion {
  readonly setup: Setup;
  readonly conversation: Conversation;
  /** The whole conversation, which is too long. */
  readonly whole: Composed;
  /** Tokens that a prompt may have. */
  readonly room: number;
  /** The text as it stands. */
  readonly tokens: readonly DocumentToken[];
  readonly view: TextView;
  /** A summary that has been written; null before. */
  readonly summary: string | null;
  readonly compose: (conversation: Conversation) => Promise<Outcome>;
}

export interface Planned {
  readonly plan: Plan;
  /** What Apply writes; null where nothing can be applied, or not yet. */
  readonly composed: Composed | null;
}

/** Tokens that a summary may have. */
export function summaryRoom(room: number): number {
  return Math.max(1, Math.min(128, Math.floor(room / 4)));
}

export async function planned(question: PlanQuestion): Promise<Planned | { readonly trouble: Trouble }> {
  const { setup, whole, room } = question;
  switch (setup.strategy) {
    case 'stop':
      return nothing(question);
    case 'window': {
      const cut = windowOf(whole.tokens.length, setup.first, room, roundsOf(question));
      if (cut === null) return nothing(question);
      const composed = windowed(whole, cut.from, cut.to);
      const parts = [
        { kept: true, tokens: cut.from, what: 'first tokens' },
        { kept: false, tokens: cut.to - cut.from, what: 'tokens after them' },
        { kept: true, tokens: whole.tokens.length - cut.to, what: 'last tokens' },
      ];
      return { plan: planOf(question, { composed, parts, turns: 0 }), composed };
    }
    case 'drop':
      return dropping(question, room);
    case 'summary':
      return dropping(question, question.summary === null ? room - summaryRoom(room) : room);
    default:
      return setup.strategy satisfies never;
  }
}

async function dropping(question: PlanQuestion, room: number): Promise<Planned | { readonly trouble: Trouble }> {
  const { conversation, setup, summary } = question;
  const { fixed, sizes } = sizesOf(question.whole);
  const sums = sumsOf(sizes);
  const begins = exchangesOf(conversation.turns);
  const first = turnsToDrop(fixed, sizes, begins, conversation.omitted, room);
  const least = Math.max(first ?? begins.at(-1) ?? 0, conversation.omitted);
  for (const omitted of [least, ...begins.filter(begin => begin > least)]) {
    const shorter = {
      ...conversation,
      omitted,
      ...(setup.strategy === 'summary' && summary !== null ? { summary } : {}),
    };
    const outcome = await question.compose(shorter);
    if ('trouble' in outcome) return outcome;
    if (outcome.composed.tokens.length > room) continue;
    const gone = (sums[omitted] ?? 0) - (sums[conversation.omitted] ?? 0);
    const parts = [
      { kept: true, tokens: fixed, what: conversation.system === '' ? 'beginning' : 'system prompt' },
      { kept: false, tokens: gone, what: turnWords(conversation.omitted, omitted) },
      { kept: true, tokens: question.whole.tokens.length - fixed - gone, what: turnWords(omitted, sizes.length) },
    ];
    const { composed } = outcome;
    const waits = setup.strategy === 'summary' && summary === null;
    return { plan: planOf(question, { composed, parts, turns: omitted }), composed: waits ? null : composed };
  }
  return nothing(question);
}

function turnWords(from: number, to: number): string {
  return to - from === 1 ? `turn ${to}` : `turns ${from + 1} to ${to}`;
}

/** Calls with their results, as tokens; not the last ones, which the reply is about. */
function roundsOf({ whole, conversation: { turns } }: PlanQuestion): readonly Range[] {
  const { fixed, sizes } = sizesOf(whole);
  const starts = sumsOf(sizes.slice(0, -1)).map(sum => fixed + sum);
  const rounds: Range[] = [];
  for (let i = 0; i < turns.length; i++) {
    if (turns[i]?.role !== 'assistant' || turns[i + 1]?.role !== 'tool') continue;
    let end = i + 1;
    while (turns[end]?.role === 'tool') end++;
    const [from, to] = [starts[i] ?? 0, starts[end]];
    if (to !== undefined) rounds.push({ from, to });
  }
  return rounds;
}

/** Tokens before the first turn in the text, and of each turn with what stands behind it; turns without a place count nothing. */
function sizesOf({ prompt, tokens }: Composed): { readonly fixed: number; readonly sizes: readonly number[] } {
  const layout = layoutTokens(tokens.map(({ bytes }) => bytes));
  const begins = (span: Span | null): number | null => (span === null ? null : tokenAt(layout, span.start));
  const starts = prompt.spans.map(begins);
  const fixed = starts.find(start => start !== null) ?? 0;
  const sizes = starts.map((start, i) => {
    if (start === null) return 0;
    const next = starts.slice(i + 1).find(each => each !== null) ?? tokens.length;
    return next - start;
  });
  return { fixed, sizes };
}

function planOf(
  { setup, whole, room, tokens, view, summary }: PlanQuestion,
  { composed, parts, turns }: { composed: Composed; parts: Plan['parts']; turns: number },
): Plan {
  return {
    strategy: setup.strategy,
    tokens: whole.tokens.length,
    room,
    parts,
    after: composed.tokens.length,
    reused: joined(tokens, view, composed.tokens).kept,
    turns,
    summary: setup.strategy === 'summary' ? summary : null,
  };
}

/** Nothing is done, or nothing helps. */
function nothing({ setup, whole, room }: PlanQuestion): Planned {
  const parts = [{ kept: true, tokens: whole.tokens.length, what: 'the conversation' }];
  const tokens = whole.tokens.length;
  return {
    plan: { strategy: setup.strategy, tokens, room, parts, after: null, reused: 0, turns: 0, summary: null },
    composed: null,
  };
}
