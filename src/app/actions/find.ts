// Which actions a person means: all words are in them, what is called so comes first, then what begins so, and what was done last before the rest.
import type { Action } from './action.ts';

const wordsOf = (text: string): string[] => text.toLocaleLowerCase().split(/\s+/).filter(Boolean);

/** 0 is the best; null where a word is missing. */
function scoreOf({ title, group, words = '' }: Action, wanted: readonly string[]): number | null {
  const name = title.toLocaleLowerCase();
  const all = `${name} ${group} ${words}`.toLocaleLowerCase();
  if (!wanted.every(word => all.includes(word))) return null;
  const typed = wanted.join(' ');
  // "View: Text" is called so, and "Text".
  const names = [name, name.replace(/^[^:]*:\s*/, '')];
  if (names.includes(typed)) return 0;
  if (typed !== '' && names.some(each => each.startsWith(typed))) return 1;
  const begun = wordsOf(name.replace(/[^\p{L}\p{N}]+/gu, ' '));
  if (wanted.every(word => begun.some(each => each.startsWith(word)))) return 2;
  return wanted.every(word => name.includes(word)) ? 3 : 4;
}

/** @param recent ids, the last one first */
export function findActions(actions: readonly Action[], query: string, recent: readonly string[]): readonly Action[] {
  const wanted = wordsOf(query);
  const place = (id: string): number => {
    const at = recent.indexOf(id);
    return at < 0 ? recent.length : at;
  };
  return actions
    .flatMap((action, order) => {
      const score = scoreOf(action, wanted);
      return score === null ? [] : [{ action, score, order }];
    })
    .toSorted((a, b) => a.score - b.score || place(a.action.id) - place(b.action.id) || a.order - b.order)
    .map(({ action }) => action);
}
