// Which actions a person means: all words are in them, what begins like the first comes first, and what was done last before the rest.
import type { Action } from './action.ts';

const wordsOf = (text: string): string[] => text.toLocaleLowerCase().split(/\s+/).filter(Boolean);

/** 0 is the best; null where a word is missing. */
function scoreOf({ title, group, words = '' }: Action, wanted: readonly string[]): number | null {
  const name = title.toLocaleLowerCase();
  const all = `${name} ${group} ${words}`.toLocaleLowerCase();
  if (!wanted.every(word => all.includes(word))) return null;
  if (wanted.length > 0 && name.startsWith(wanted.join(' '))) return 0;
  const begun = wordsOf(name.replace(/[^\p{L}\p{N}]+/gu, ' '));
  if (wanted.every(word => begun.some(each => each.startsWith(word)))) return 1;
  return wanted.every(word => name.includes(word)) ? 2 : 3;
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
