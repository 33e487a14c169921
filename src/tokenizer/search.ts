// Search among the tokens of a vocabulary, by text, by bytes or by id.
import { readTyped } from '../lib/typed-text.ts';
import { type Joined, type JoinedTexts, joinBytes, joinTexts } from './joined.ts';

/** All tokens of a table one after the other, as texts and as bytes; made when first searched. */
const texts = new WeakMap<readonly Uint8Array[], JoinedTexts>();
const bytes = new WeakMap<readonly Uint8Array[], Joined>();

function madeOnce<T>(known: WeakMap<readonly Uint8Array[], T>, tokens: readonly Uint8Array[], make: () => T): T {
  const found = known.get(tokens) ?? make();
  known.set(tokens, found);
  return found;
}

/** Classes of match, the best first; letters of the other case are one class below. */
const EQUAL = 0;
const PREFIX = 2;
const INSIDE = 4;
const CLASSES = 6;
const NONE = 255;

/**
 * Puts the class of each token that holds `sought` into `classes`, where it has none yet, `below` classes below. Leading white space of a
 * token is forgiven where `forgiven`.
 */
function classify(joined: Joined, sought: string, below: number, forgiven: boolean, classes: Uint8Array): void {
  const { text, starts } = joined;
  const count = classes.length;
  // What begins with white space begins no token behind its white space.
  const forgives = forgiven && sought.trimStart() === sought;
  let token = 0;
  for (let at = text.indexOf(sought); at >= 0; ) {
    while (token < count && (starts[token + 1] ?? at + 1) <= at) token++;
    const [start, end] = [starts[token] ?? 0, starts[token + 1] ?? 0];
    if (at + sought.length > end) {
      // Over the border of two tokens.
      at = text.indexOf(sought, at + 1);
      continue;
    }
    if (classes[token] === NONE) {
      const first = at === start || (forgives && isBlank(text, start, at));
      const whole = first && at + sought.length === end;
      classes[token] = (whole ? EQUAL : first ? PREFIX : INSIDE) + below;
    }
    at = text.indexOf(sought, end);
  }
}

/** Nothing but white space between two places. */
function isBlank(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from);
  if (first > 0x20 && first < 0x80) return false; // as nearly all tokens begin
  return text.slice(from, to).trimStart() === '';
}

/** Ids by their class, the best class first; those without one are left out. */
function byClass(classes: Uint8Array): number[] {
  const found: number[][] = Array.from({ length: CLASSES }, () => []);
  for (let id = 0; id < classes.length; id++) found[classes[id] ?? NONE]?.push(id);
  return found.flat();
}

function byText(tokens: readonly Uint8Array[], query: string): number[] {
  const { text, lower, odd } = madeOnce(texts, tokens, () => joinTexts(tokens));
  const lowerQuery = query.toLowerCase();
  const classes = new Uint8Array(tokens.length).fill(NONE);
  classify(text, query, 0, true, classes);
  const unmatched = odd.filter(id => classes[id] === NONE);
  classify(lower, lowerQuery, 1, true, classes);
  for (const id of unmatched) {
    const token = text.text.slice(text.starts[id], text.starts[id + 1]).toLowerCase();
    const own = Uint8Array.of(NONE);
    classify({ text: token, starts: Uint32Array.of(0, token.length) }, lowerQuery, 1, true, own);
    classes[id] = own[0] ?? NONE;
  }
  return byClass(classes);
}

function byBytes(tokens: readonly Uint8Array[], query: Uint8Array): number[] {
  const classes = new Uint8Array(tokens.length).fill(NONE);
  const all = madeOnce(bytes, tokens, () => joinBytes(tokens));
  classify(all, joinBytes([query]).text, 0, false, classes);
  return byClass(classes);
}

/** At most `limit` ids of `table` that a text finds, as it was typed; the order is that of `Tokenizer.search`. */
export function searchTokens(table: readonly Uint8Array[], typed: string, limit: number): number[] {
  if (typed === '' || limit <= 0) return [];
  const found = new Set<number>();
  const add = (ids: readonly number[]) => {
    for (const id of ids) {
      if (found.size >= limit) return;
      found.add(id);
    }
  };
  const id = /^\d+$/.test(typed.trim()) ? Number(typed.trim()) : -1;
  if (id >= 0 && id < table.length) found.add(id);
  const { text, bytes: typedBytes } = readTyped(typed);
  add(text === null ? byBytes(table, typedBytes) : byText(table, text));
  // A sign or a backslash may have been meant as itself: what that finds comes last.
  if (text !== typed && found.size < limit) add(byText(table, typed));
  return [...found].slice(0, limit);
}
