// Search among the tokens of a vocabulary, by text, by bytes or by id.
import { readTyped } from '../lib/typed-text.ts';

const texts = new WeakMap<readonly Uint8Array[], readonly string[]>();

/** The text of every token on its own, decoded once for a table; partial characters show as U+FFFD. */
function textsOf(table: readonly Uint8Array[]): readonly string[] {
  const known = texts.get(table);
  if (known !== undefined) return known;
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const decoded = table.map(bytes => decoder.decode(bytes));
  texts.set(table, decoded);
  return decoded;
}

/** Classes of match, the best first. */
const EQUAL = 0;
const PREFIX = 2;
const INSIDE = 4;
const CLASSES = 6;

/** Class of a match, or null. The other case of letters counts one class less; leading space of the token is forgiven. */
function matchClass(text: string, query: string, lowerQuery: string): number | null {
  const exact = text.includes(query);
  if (!exact && !text.toLowerCase().includes(lowerQuery)) return null;
  const [subject, sought] = exact ? [text, query] : [text.toLowerCase(), lowerQuery];
  const trimmed = subject.trimStart();
  const otherCase = exact ? 0 : 1;
  if (subject === sought || trimmed === sought) return EQUAL + otherCase;
  return (subject.startsWith(sought) || trimmed.startsWith(sought) ? PREFIX : INSIDE) + otherCase;
}

/** Ids by the class that `classOf` gives them, the best class first; those without one are left out. */
function byClass(count: number, classOf: (id: number) => number | null): number[] {
  const classes: number[][] = Array.from({ length: CLASSES }, () => []);
  for (let id = 0; id < count; id++) {
    const found = classOf(id);
    if (found !== null) classes[found]?.push(id);
  }
  return classes.flat();
}

function byText(table: readonly Uint8Array[], query: string): number[] {
  const lowerQuery = query.toLowerCase();
  const all = textsOf(table);
  return byClass(table.length, id => matchClass(all[id] ?? '', query, lowerQuery));
}

/** As Latin-1, in which every byte is a character. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function byBytes(table: readonly Uint8Array[], query: Uint8Array): number[] {
  const sought = latin1(query);
  return byClass(table.length, id => {
    const at = latin1(table[id] ?? query.subarray(0, 0)).indexOf(sought);
    if (at < 0) return null;
    if (at > 0) return INSIDE;
    return table[id]?.length === query.length ? EQUAL : PREFIX;
  });
}

/** At most `limit` ids of `table` that a text finds, as it was typed; the order is that of `Tokenizer.search`. */
export function searchTokens(table: readonly Uint8Array[], typed: string, limit: number): number[] {
  if (typed === '' || limit <= 0) return [];
  const found = new Set<number>();
  const add = (ids: readonly number[]) => {
    for (const id of ids) found.add(id);
  };
  const id = /^\d+$/.test(typed.trim()) ? Number(typed.trim()) : -1;
  if (id >= 0 && id < table.length) found.add(id);
  const { text, bytes } = readTyped(typed);
  add(text === null ? byBytes(table, bytes) : byText(table, text));
  // A sign or a backslash may have been meant as itself: what that finds comes last.
  if (text !== typed) add(byText(table, typed));
  return [...found].slice(0, limit);
}
