// Search among the tokens of a vocabulary, by text or by id.

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

/** At most `limit` ids of `table` that the query finds; the order is that of `Tokenizer.search`. */
export function searchTokens(table: readonly Uint8Array[], query: string, limit: number): number[] {
  if (query === '' || limit <= 0) return [];
  const found: number[] = [];
  const id = /^\d+$/.test(query.trim()) ? Number(query.trim()) : -1;
  if (id >= 0 && id < table.length) found.push(id);
  const lowerQuery = query.toLowerCase();
  const classes: number[][] = Array.from({ length: CLASSES }, () => []);
  textsOf(table).forEach((text, candidate) => {
    const rank = candidate === id ? null : matchClass(text, query, lowerQuery);
    if (rank !== null) classes[rank]?.push(candidate);
  });
  return [...found, ...classes.flat()].slice(0, limit);
}
