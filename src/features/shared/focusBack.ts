// Where the keyboard goes when a field that stood in the place of a button closes.

/** Focuses what `find` finds once the page is painted without the field, unless a person has gone on to something else by then. */
export function focusBack(find: () => Pick<HTMLElement, 'focus'> | null | undefined): void {
  requestAnimationFrame(() => {
    if (document.activeElement === null || document.activeElement === document.body) find()?.focus();
  });
}
