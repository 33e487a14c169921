// Marks on what is found: highlights over the painted copy of the text, which change no element of it, for what of it is in sight.
import { paintedTexts } from '../shared/painted.ts';

const ALL = 'found';
const CURRENT = 'found-current';

export interface Marked {
  /** Of the matches, rising, UTF-16 units. */
  readonly starts: readonly number[];
  /** Units of each. */
  readonly length: number;
  /** Index of the one that is selected; -1 for none. */
  readonly at: number;
}

/** Browsers with WebGPU have highlights; where one has none the match that is selected is seen all the same. */
const highlights = (): HighlightRegistry | null =>
  typeof Highlight === 'undefined' || typeof CSS === 'undefined' ? null : (CSS.highlights ?? null);

export function clearMarks(): void {
  highlights()?.delete(ALL);
  highlights()?.delete(CURRENT);
}

interface Piece {
  readonly text: Text;
  readonly start: number;
}

/** Texts that are painted token by token; the others are out of sight. */
function piecesInSight(painted: Element): Piece[] {
  return [...paintedTexts(painted)].filter(({ text }) => text.parentElement?.dataset.segment !== 'plain');
}

/** The piece of a unit, looked for from `from` on: matches rise, so that all of them together pass the pieces once. */
function pieceOf(pieces: readonly Piece[], from: number, unit: number): number {
  let at = from;
  while (at < pieces.length) {
    const piece = pieces[at];
    if (piece && unit < piece.start + piece.text.length) return at;
    at++;
  }
  return at;
}

/** The first match that does not end before `unit`. */
function firstReaching({ starts, length }: Marked, unit: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) + length > unit) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function paintMarks(painted: Element, marked: Marked): void {
  const registry = highlights();
  if (registry === null) return;
  const [all, current] = [new Highlight(), new Highlight()];
  current.priority = 1;
  const pieces = piecesInSight(painted);
  const { starts, length, at } = marked;
  let piece = 0;
  for (let i = firstReaching(marked, pieces[0]?.start ?? 0); i < starts.length; i++) {
    const start = starts[i] ?? 0;
    piece = pieceOf(pieces, piece, start);
    const first = pieces[piece];
    const last = pieces[pieceOf(pieces, piece, start + length - 1)];
    if (first === undefined || last === undefined) break;
    // It lies out of sight, before this piece.
    if (start + length <= first.start) continue;
    const range = new StaticRange({
      startContainer: first.text,
      startOffset: Math.max(0, start - first.start),
      endContainer: last.text,
      endOffset: Math.max(0, Math.min(last.text.length, start + length - last.start)),
    });
    (i === at ? current : all).add(range);
  }
  registry.set(ALL, all);
  registry.set(CURRENT, current);
}

/** Brings a stretch of the text into the middle of its pane, where it is not in sight. False where it is not laid out yet. */
export function scrollTo(painted: Element, offset: number): boolean {
  const pane = painted.closest('[data-testid="editor"]');
  if (pane === null) return false;
  for (const { text, start } of paintedTexts(painted)) {
    if (offset >= start + text.length) continue;
    const range = document.createRange();
    range.setStart(text, offset - start);
    range.setEnd(text, Math.min(text.length, offset - start + 1));
    const { top, bottom } = range.getBoundingClientRect();
    const edges = pane.getBoundingClientRect();
    if (top < edges.top || bottom > edges.bottom) pane.scrollTop += (top + bottom) / 2 - (edges.top + edges.bottom) / 2;
    return true;
  }
  return false;
}
