// Where the words of a step stand: beside the part that they are about, within the window, over as little of it as can be.

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const GAP = 12;
const MARGIN = 8;

const within = (at: number, size: number, room: number): number => Math.max(MARGIN, Math.min(at, room - size - MARGIN));

/** Below the part, above it, beside it, or where none of that fits in a corner of it. */
export function placeBeside(
  part: Rect | null,
  words: Size,
  room: Size,
): { readonly left: number; readonly top: number } {
  if (part === null) {
    const [left, top] = [(room.width - words.width) / 2, (room.height - words.height) / 2];
    return { left: within(left, words.width, room.width), top: within(top, words.height, room.height) };
  }
  const { left, top, width, height } = part;
  const across = within(left + width / 2 - words.width / 2, words.width, room.width);
  const down = within(top + height / 2 - words.height / 2, words.height, room.height);
  const below = top + height + GAP;
  const above = top - GAP - words.height;
  if (below + words.height + MARGIN <= room.height) return { left: across, top: below };
  if (above >= MARGIN) return { left: across, top: above };
  if (left - GAP - words.width >= MARGIN) return { left: left - GAP - words.width, top: down };
  if (left + width + GAP + words.width + MARGIN <= room.width) return { left: left + width + GAP, top: down };
  return { left: across, top: within(room.height, words.height, room.height) };
}

/** The first selector that has an element in sight of `page`. */
export function partInSight(selectors: readonly string[], page: ParentNode, room: Size): Element | null {
  for (const selector of selectors) {
    for (const element of page.querySelectorAll(selector)) {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      if (right > left && bottom > top && right > 0 && bottom > 0 && left < room.width && top < room.height)
        return element;
    }
  }
  return null;
}
