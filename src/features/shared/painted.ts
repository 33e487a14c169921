// The painted copy of the text as it stands on the page: which token lies at a point, and where a stretch of the text lies.
import type { Box } from '../../ui/controls/popover.ts';

/** Null before the page has its text. */
export function paintedText(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-testid="overlay"]');
}

/** The field over it. */
export function textField(): HTMLTextAreaElement | null {
  return document.querySelector<HTMLTextAreaElement>('[data-testid="editor"] textarea');
}

/** A painted token. */
export interface Painted {
  /** Where its text begins, UTF-16 units of the document. */
  readonly offset: number;
  /** In pixels of the window, a box a line. */
  readonly boxes: readonly Box[];
}

/** A line end has no width: what stands for it in the field is about so wide, px. */
const LEAST_WIDTH = 9;

function boxesOf(piece: Element): Box[] {
  return Array.from(piece.getClientRects(), ({ left, top, width, height }) => ({
    left,
    top,
    width: Math.max(width, LEAST_WIDTH),
    height,
  }));
}

export function isWithin({ left, top, width, height }: Box, x: number, y: number): boolean {
  return x >= left && x < left + width && y >= top && y < top + height;
}

/** Units of the text before a node. */
function unitsBefore(painted: Element, node: Node): number {
  const range = document.createRange();
  range.setStart(painted, 0);
  range.setEndBefore(node);
  return range.toString().length;
}

/** Pieces that are looked at from the first one on the line of a point. */
const MOST_ON_A_LINE = 600;

/** The token painted at a point of the window. Tokens stand in lines, so that few of them are measured. */
export function tokenAtPoint(painted: Element, x: number, y: number): Painted | null {
  const pieces = painted.querySelectorAll('[data-piece]');
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.getBoundingClientRect().bottom ?? 0) > y) high = middle;
    else low = middle + 1;
  }
  for (let i = low; i < Math.min(pieces.length, low + MOST_ON_A_LINE); i++) {
    const piece = pieces[i];
    if (piece === undefined) break;
    const boxes = boxesOf(piece);
    if (boxes.some(box => isWithin(box, x, y))) return { offset: unitsBefore(painted, piece), boxes };
    if ((boxes[0]?.top ?? 0) > y) break;
  }
  return null;
}

/** Texts of the painted copy in order, each with the units before it. */
export function* paintedTexts(painted: Element): Generator<{ readonly text: Text; readonly start: number }> {
  const walker = document.createTreeWalker(painted, NodeFilter.SHOW_TEXT);
  let start = 0;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (!(node instanceof Text)) continue;
    yield { text: node, start };
    start += node.length;
  }
}

/** The token painted at `offset`, or the end of the text. Null where it is out of sight, or not painted yet. */
export function tokenAtOffset(painted: Element, offset: number): Painted | null {
  for (const { text, start } of paintedTexts(painted)) {
    if (offset >= start + text.length) continue;
    const piece = text.parentElement?.closest('[data-piece]');
    return piece ? { offset: unitsBefore(painted, piece), boxes: boxesOf(piece) } : null;
  }
  const end = painted.querySelector('[data-end]');
  return end && { offset, boxes: boxesOf(end) };
}
