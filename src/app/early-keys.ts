// Keys that are struck before the part of the page that listens for them has come: a person who types at once loses none.

const MOST = 100;
const early: KeyboardEvent[] = [];

function keep(event: KeyboardEvent): void {
  if (!event.repeat && early.length < MOST) early.push(event);
}

/** From here on until they are taken. */
export function keepEarlyKeys(): void {
  document.addEventListener('keydown', keep);
}

/** Those that were struck, oldest first; no more are kept. */
export function takeEarlyKeys(): KeyboardEvent[] {
  document.removeEventListener('keydown', keep);
  return early.splice(0);
}
