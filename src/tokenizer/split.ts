// Text cut at certain words, such as the spellings of special tokens.

/** What is not letters for a regular expression, made literal. */
export function literalPattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/**
 * Cuts a text at every occurrence of one of `words`, the longest where several start; odd entries of the result are the words.
 * Null when there is no word to cut at.
 */
export function splitter(words: Iterable<string>): ((text: string) => string[]) | null {
  const sorted = [...words].filter(word => word !== '').sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return null;
  const pattern = new RegExp(`(${sorted.map(literalPattern).join('|')})`, 'u');
  return text => text.split(pattern);
}
