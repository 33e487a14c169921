// What a document is called: as a person named it, else by its first words.
import { headOf, inLine, oneLine } from '../../lib/shapeless.ts';

/** Characters of a title. */
export const MOST_TITLE = 80;
const MOST_WORDS = 40;
/** Characters that are looked at for the first words. */
const MOST_READ = 400;

/** One line without blanks around it, and nothing in it that cannot be seen. */
export function cleanTitle(title: string): string {
  return oneLine(title, MOST_TITLE);
}

/** The first words of a text, cut between two of them; '' for a text without any. */
export function firstWords(text: string, most = MOST_WORDS): string {
  const line = inLine(text.slice(0, MOST_READ)).trim();
  if (line.length <= most) return line;
  const head = headOf(line, most);
  const space = head.lastIndexOf(' ');
  return `${(space > most / 2 ? head.slice(0, space) : head).replace(/[\s,;:.]+$/, '')}…`;
}

export function titleOf(title: string, text: string): string {
  return title || firstWords(text) || 'Untitled';
}

/** What a copy of such a document is named. */
export function copyTitle(title: string, text: string): string {
  return cleanTitle(`${titleOf(title, text)} (copy)`);
}
