// A text typed in the moment before the code that saves has come: kept in this tab alone, when the page goes in that moment.

const KEY = 'nucleus-early-text';

/** Works within the call. Where storage is closed or full, nothing is kept. */
export function keepEarlyText(text: string): void {
  try {
    sessionStorage.setItem(KEY, text);
  } catch {
    // The page works and forgets.
  }
}

/** What was kept, and takes it away; null where nothing was. */
export function takeEarlyText(): string | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return text;
  } catch {
    return null;
  }
}
