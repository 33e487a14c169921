// Files that are dropped before the part of the page that takes them has come, or where it never comes: they are not taken, instead of taking the place of the page.

function refuse(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = 'none';
}

const NAMES = ['dragover', 'drop'] as const;

/** From here on until they are taken. */
export function refuseEarlyDrops(): void {
  for (const name of NAMES) document.addEventListener(name, refuse);
}

export function takeDrops(): void {
  for (const name of NAMES) document.removeEventListener(name, refuse);
}
