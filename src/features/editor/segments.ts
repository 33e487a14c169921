// The text in segments of some lines, so that a change touches few of them and only those in sight are painted token by token.
import { changedTokens } from '../../stores/document/sequence.ts';
import type { DocumentToken, TextView } from '../../stores/document/types.ts';

/** A stretch of whole pieces of the text. The same object stands for it as long as its text does. */
export interface Segment {
  /** One that takes the place of another has its id, so that what is drawn of both is changed and not made anew. */
  readonly id: number;
  readonly text: string;
  /** Tokens that it covers. */
  readonly tokens: number;
  /** Its last character ends a line: what follows begins at the left edge, whatever stands in here. */
  readonly closed: boolean;
}

export interface Segments {
  readonly list: readonly Segment[];
  /** What they were cut from. */
  readonly tokens: readonly DocumentToken[];
}

export const NO_SEGMENTS: Segments = { list: [], tokens: [] };

/** UTF-16 units: a segment ends with the first line that reaches so far. */
const LEAST_UNITS = 1000;
/** Without a line end a segment ends here. */
export const MOST_UNITS = 2000;

let lastId = 0;

function newId(): number {
  lastId += 1;
  return lastId;
}

const utf8 = new TextEncoder();
const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** A string of its own: a slice would hold on to the whole text it was cut from, for as long as the segment lives. */
function copyOf(slice: string): string {
  return text.decode(utf8.encode(slice));
}

/** The segments of a changed text; those that the change does not touch are the same objects as in `before`. */
export function cutSegments(before: Segments, tokens: readonly DocumentToken[], view: TextView): Segments {
  if (tokens === before.tokens) return before;
  const change = changedTokens(before.tokens, tokens);
  const shift = tokens.length - before.tokens.length;
  const head = headOf(before.list, change.from);
  const kept = before.list.slice(0, head.count);
  const made: Omit<Segment, 'id'>[] = [];
  const cut = (end: number): readonly Segment[] =>
    made.map((segment, i) => ({
      ...segment,
      id: (i < end - head.count ? before.list[head.count + i]?.id : undefined) ?? newId(),
    }));
  const rest = new Tail(before.list, head.count, head.tokens);
  let at = head.tokens;
  while (at < tokens.length) {
    rest.skipTo(at - shift);
    if (at - shift >= change.to && rest.at === at - shift && rest.count > 0)
      return { list: kept.concat(cut(rest.next), rest.all()), tokens };
    const segment = cutOne(at, tokens.length, view);
    made.push(segment);
    at += segment.tokens;
  }
  return { list: kept.concat(cut(before.list.length)), tokens };
}

/** The segments that lie before token `from` for certain: the one that ends there may go on. */
function headOf(list: readonly Segment[], from: number): { readonly count: number; readonly tokens: number } {
  let count = 0;
  let tokens = 0;
  for (const segment of list) {
    if (tokens + segment.tokens >= from) break;
    tokens += segment.tokens;
    count++;
  }
  return { count, tokens };
}

/** The old segments that have not been cut anew, from `at` on. */
class Tail {
  readonly #list: readonly Segment[];
  /** Its place in the list. */
  next: number;
  /** Old index of the first token of the next one. */
  at: number;

  constructor(list: readonly Segment[], next: number, at: number) {
    this.#list = list;
    this.next = next;
    this.at = at;
  }

  get count(): number {
    return this.#list.length - this.next;
  }

  skipTo(token: number): void {
    for (;;) {
      const segment = this.#list[this.next];
      if (segment === undefined || this.at >= token) return;
      this.at += segment.tokens;
      this.next++;
    }
  }

  all(): readonly Segment[] {
    return this.#list.slice(this.next);
  }
}

/** One segment from token `from` on. It ends behind a token with text, so that pieces stay whole; tokens without text at the end belong to it. */
function cutOne(from: number, count: number, { text: whole, starts }: TextView): Omit<Segment, 'id'> {
  const start = starts[from] ?? 0;
  let to = from;
  let closed = false;
  while (to < count) {
    const [begin = 0, end = 0] = [starts[to], starts[to + 1]];
    to++;
    if (begin === end) continue;
    closed = whole.charAt(end - 1) === '\n';
    if ((closed && end - start >= LEAST_UNITS) || end - start >= MOST_UNITS) break;
  }
  if ((starts[to] ?? whole.length) >= whole.length) to = count;
  return { text: copyOf(whole.slice(start, starts[to])), tokens: to - from, closed };
}

/** Segments that share lines: each block but the last ends with a line. */
export type Block = readonly Segment[];

const known = new WeakMap<Segment, Block>();

/** The blocks of a text, the same objects where they hold the same segments. The last one is open: the end of the text lies in it. */
export function blocksOf(list: readonly Segment[]): readonly Block[] {
  const blocks: Block[] = [];
  let open: Segment[] = [];
  for (const segment of list) {
    open.push(segment);
    if (!segment.closed) continue;
    blocks.push(sameBlock(open));
    open = [];
  }
  blocks.push(sameBlock(open));
  return blocks;
}

const EMPTY: Block = [];

function sameBlock(made: Block): Block {
  const [first] = made;
  if (first === undefined) return EMPTY;
  const before = known.get(first);
  if (before?.length === made.length && before.every((segment, i) => segment === made[i])) return before;
  known.set(first, made);
  return made;
}
