// Where the keyboard goes when a candidate was taken (the list goes away with its row, and the text is what moves on), and with a new document.

/** Focuses the text. For keyboard actions alone: on a phone it would raise the keyboard. */
export function focusText(): void {
  document.querySelector<HTMLTextAreaElement>('[data-testid="editor"] textarea')?.focus({ preventScroll: true });
}
