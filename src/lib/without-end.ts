// The end of a text without some signs. A regular expression would look at every run of them in the text, each of its beginnings to its end.

/** `text` without the run of `signs` (UTF-16 units) that it ends in. */
export function withoutEnd(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
