// Where the line between two columns may stand, and how keys move it. Widths in px, of the column to the right of it.

export interface Room {
  readonly least: number;
  readonly most: number;
}

/** The nearest width that leaves both sides their least; a window too small for both leaves the right one its own. */
export function fitted(width: number, { least, most }: Room): number {
  return Math.round(Math.max(least, Math.min(width, most)));
}

const STEP = 16;

/** The width that a key asks for: arrows move the line, Home and End take it to its ends, Enter gives the width back (null); undefined for other keys. */
export function widthByKey(key: string, shift: boolean, width: number, room: Room): number | null | undefined {
  const step = shift ? 5 * STEP : STEP;
  switch (key) {
    case 'ArrowLeft':
      return fitted(width + step, room);
    case 'ArrowRight':
      return fitted(width - step, room);
    case 'Home':
      return fitted(Number.POSITIVE_INFINITY, room);
    case 'End':
      return room.least;
    case 'Enter':
      return null;
    default:
      return undefined;
  }
}
