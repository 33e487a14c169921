// Files of JSON that a person opens.

/** What the text of a file says; undefined where it is no JSON. */
export function jsonOfFile(text: string): unknown {
  try {
    // Some editors put the mark of the byte order before a text.
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

/** Why a file was not taken; `lacks` says what is not in one of something else. */
export function refusalWords(name: string, why: 'too_large' | 'not_ours' | 'newer', lacks: string): string {
  switch (why) {
    case 'too_large':
      return `${name} is too large to be read.`;
    case 'not_ours':
      return `${name} ${lacks}`;
    case 'newer':
      return `${name} was written by a newer Nucleus. Reload the page to get the newest, then try again.`;
    default:
      return why satisfies never;
  }
}
