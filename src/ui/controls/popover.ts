// Where a popover goes: beside what opened it, inside the window, off what it explains.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** px between a popover and what it is about, and from the edge of the window. */
export const GAP = 6;
export const MARGIN = 8;

/** Moves what begins at `at` into `room`. */
export const within = (at: number, size: number, room: number): number =>
  Math.max(MARGIN, Math.min(at, room - size - MARGIN));

/**
 * Left and top in px: below `anchor`, above it where there is no room below, never outside `width` x `height`. Of `around`, what the
 * anchor belongs to, it covers nothing: it stands below or above all of that.
 */
export function popoverPlace(anchor: Box, size: Size, width: number, height: number, around: Box = anchor) {
  const below = around.top + around.height + GAP;
  const fitsBelow = below + size.height + MARGIN <= height;
  const top = fitsBelow ? below : Math.max(MARGIN, around.top - GAP - size.height);
  return { left: within(anchor.left, size.width, width), top };
}

/** For a tip about a part of a picture: above the whole picture, below it, left or right of it, else beside the part alone. */
export function tipPlace(anchor: Box, size: Size, width: number, height: number, picture: Box) {
  const left = within(anchor.left, size.width, width);
  const top = within(anchor.top + anchor.height / 2 - size.height / 2, size.height, height);
  const above = picture.top - GAP - size.height;
  const below = picture.top + picture.height + GAP;
  const before = picture.left - GAP - size.width;
  const after = picture.left + picture.width + GAP;
  if (above >= MARGIN) return { left, top: above };
  if (below + size.height + MARGIN <= height) return { left, top: below };
  if (before >= MARGIN) return { left: before, top };
  if (after + size.width + MARGIN <= width) return { left: after, top };
  return popoverPlace(anchor, size, width, height);
}

/** Moves an open popover to its place beside `anchor`, and off `around`. */
export function placePopover(popover: HTMLElement, anchor: Element, around: Element = anchor): void {
  const { left, top } = popoverPlace(
    anchor.getBoundingClientRect(),
    popover.getBoundingClientRect(),
    document.documentElement.clientWidth,
    document.documentElement.clientHeight,
    around.getBoundingClientRect(),
  );
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
