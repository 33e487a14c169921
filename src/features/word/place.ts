// Where the card of a token goes: under it or over it, wherever there is more room, and never on it.
import type { Box, Size } from '../../ui/controls/popover.ts';
import { GAP, MARGIN, within } from '../../ui/controls/popover.ts';

export interface CardPlace {
  readonly left: number;
  readonly top: number;
  /** What the card may be high; the rest of it scrolls. */
  readonly room: number;
}

/** The box around all boxes of a token. */
function around(boxes: readonly Box[]): Box {
  return boxes.reduce((all, box) => {
    const left = Math.min(all.left, box.left);
    const top = Math.min(all.top, box.top);
    const right = Math.max(all.left + all.width, box.left + box.width);
    const bottom = Math.max(all.top + all.height, box.top + box.height);
    return { left, top, width: right - left, height: bottom - top };
  });
}

/** In a window of `width` x `height`, px. It stands at the left edge of the token's first line. */
export function cardPlace(boxes: readonly Box[], size: Size, width: number, height: number): CardPlace {
  const token = around(boxes);
  const left = within(boxes[0]?.left ?? token.left, size.width, width);
  const under = token.top + token.height + GAP;
  const roomUnder = height - MARGIN - under;
  const roomOver = token.top - GAP - MARGIN;
  if (size.height <= roomUnder || roomUnder >= roomOver) return { left, top: under, room: roomUnder };
  return { left, top: token.top - GAP - Math.min(size.height, roomOver), room: roomOver };
}
