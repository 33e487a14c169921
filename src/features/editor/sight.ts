// What of the painted text stands on the page, and what of that is in sight: a long text is laid out in turns and painted where it shows.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TextView, TokenPlace } from '../../stores/document/types.ts';
import type { Segment } from './segments.ts';

/** Texts of so many tokens are painted whole. */
const FEW_TOKENS = 2048;
/** UTF-16 units that are laid out anew in one frame: some 15 ms. */
export const UNITS_A_FRAME = 30_000;

/** The textarea finds its own height, so that the overlay may come later. Where it cannot, the overlay gives the height, all at once. */
export const grows = (): boolean => typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content');

export interface Sight {
  /** Segments that stand on the page, from the first one on. */
  readonly laid: number;
  /** Segments `[from, to)` are painted token by token. */
  readonly from: number;
  readonly to: number;
  /** What is in sight is not laid out yet: the textarea shows its own text until it is. */
  readonly behind: boolean;
}

/** How many leading segments may stand on the page after the next frame. `here`: those that do already. */
function laidNext(list: readonly Segment[], here: ReadonlySet<Segment>, most: number): number {
  let units = 0;
  for (const [i, segment] of list.entries()) {
    if (here.has(segment)) continue;
    units += segment.text.length;
    if (units > most && i > 0) return i;
  }
  return list.length;
}

interface Edges {
  readonly top: number;
  readonly bottom: number;
}

/** The window of what scrolls `element`, in pixels of the page's window. */
function windowOf(element: Element): { readonly scroller: Element; readonly edges: Edges } {
  let scroller = element;
  while (scroller.parentElement !== null && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) {
    scroller = scroller.parentElement;
  }
  const { top, bottom } = scroller.getBoundingClientRect();
  return { scroller, edges: { top: Math.max(0, top), bottom: Math.min(innerHeight, bottom) } };
}

/** The first of `count` for which `holds`; they stand in order, so once it holds it goes on to. */
function firstWhere(count: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const segmentsOn = (overlay: Element): NodeListOf<Element> => overlay.querySelectorAll('[data-segment]');

/** @param whole nothing of the text is missing behind the last segment */
function look(overlay: Element, count: number, whole: boolean): Omit<Sight, 'laid'> {
  const spans = segmentsOn(overlay);
  const { edges } = windowOf(overlay);
  const margin = edges.bottom - edges.top;
  const rect = (index: number): DOMRect | undefined => spans[index]?.getBoundingClientRect();
  const from = firstWhere(spans.length, i => (rect(i)?.bottom ?? 0) > edges.top - margin);
  const to = firstWhere(spans.length, i => (rect(i)?.top ?? 0) > edges.bottom + margin);
  const all = whole && spans.length === count;
  return { from, to, behind: !all && (rect(spans.length - 1)?.bottom ?? 0) < edges.bottom };
}

interface Looked {
  readonly from: number;
  readonly to: number;
  readonly behind: boolean;
}

/** @param whole nothing of the text is missing behind the last segment */
export function useSight(
  overlay: RefObject<Element | null>,
  list: readonly Segment[],
  tokens: number,
  whole: boolean,
): Sight {
  const here = useRef<ReadonlySet<Segment>>(new Set());
  const [looked, setLooked] = useState<Looked>({ from: 0, to: 0, behind: false });
  const [, nextTurn] = useState(0);
  const laid = laidNext(list, here.current, grows() ? UNITS_A_FRAME : Number.POSITIVE_INFINITY);
  const few = tokens <= FEW_TOKENS && whole && laid === list.length;
  const measure = useCallback(() => {
    if (few || overlay.current === null) return;
    const now = look(overlay.current, list.length, whole);
    setLooked(was => (was.from === now.from && was.to === now.to && was.behind === now.behind ? was : now));
  }, [overlay, list, whole, few]);
  useLayoutEffect(() => {
    here.current = new Set(list.slice(0, laid));
    measure();
    if (laid === list.length) return;
    const frame = requestAnimationFrame(() => nextTurn(turn => turn + 1));
    return () => cancelAnimationFrame(frame);
  });
  useEffect(() => {
    // Whatever scrolls: the event does not bubble, but is seen on its way down.
    document.addEventListener('scroll', measure, { capture: true, passive: true });
    const observer = new ResizeObserver(measure);
    if (overlay.current) observer.observe(overlay.current);
    return () => {
      document.removeEventListener('scroll', measure, { capture: true });
      observer.disconnect();
    };
  }, [overlay, measure]);
  return few ? { laid, from: 0, to: list.length, behind: false } : { laid, ...looked };
}

/** Brings a token of a plain segment into sight, in the middle of it. Nothing where it is not laid out. */
export function bringIntoSight(overlay: Element, list: readonly Segment[], view: TextView, place: TokenPlace): void {
  const { scroller, edges } = windowOf(overlay);
  const spans = segmentsOn(overlay);
  let first = 0;
  const index = list.findIndex(({ tokens }) => {
    if (place === 'end' || place >= first + tokens) first += tokens;
    else return true;
    return false;
  });
  const span = spans[index < 0 ? spans.length - 1 : index];
  if (span === undefined) return;
  const range = document.createRange();
  range.selectNodeContents(span);
  const text = span.firstChild;
  if (index >= 0 && place !== 'end' && text instanceof Text) {
    const offset = (view.starts[place] ?? 0) - (view.starts[first] ?? 0);
    range.setStart(text, Math.min(offset, text.length));
    range.setEnd(text, Math.min(offset + 1, text.length));
  } else range.collapse(false);
  const { top, bottom } = range.getBoundingClientRect();
  if (top >= edges.top && bottom <= edges.bottom) return;
  scroller.scrollTop += (top + bottom) / 2 - (edges.top + edges.bottom) / 2;
}
