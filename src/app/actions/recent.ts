// Which actions were done last from the palette, kept in the browser.

const KEY = 'nucleus.recent';
const MOST = 8;

/** Ids, the last one first; none where the browser keeps nothing. */
export function recentActions(): readonly string[] {
  try {
    return (localStorage.getItem(KEY) ?? '').split('\n').filter(Boolean).slice(0, MOST);
  } catch {
    return [];
  }
}

export function keepRecent(id: string): void {
  try {
    const kept = [id, ...recentActions().filter(each => each !== id)].slice(0, MOST);
    localStorage.setItem(KEY, kept.join('\n'));
  } catch {
    // Storage is closed.
  }
}
