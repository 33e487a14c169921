// Where a popover goes: under the element that opened it, inside the window.

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Left and top in px: below `anchor`, above it where there is no room below, never outside `width` x `height`. */
export function popoverPlace(anchor: Box, size: { width: number; height: number }, width: number, height: number) {
  const gap = 6;
  const margin = 8;
  const below = anchor.top + anchor.height + gap;
  const fitsBelow = below + size.height + margin <= height;
  const top = fitsBelow ? below : Math.max(margin, anchor.top - gap - size.height);
  const left = Math.max(margin, Math.min(anchor.left, width - size.width - margin));
  return { left, top };
}

/** Moves an open popover to its place beside `anchor`. */
export function placePopover(popover: HTMLElement, anchor: Element): void {
  const { left, top } = popoverPlace(
    anchor.getBoundingClientRect(),
    popover.getBoundingClientRect(),
    document.documentElement.clientWidth,
    document.documentElement.clientHeight,
  );
  popover.style.left = `${left}px`;
  popover.style.top = `${top}px`;
}
