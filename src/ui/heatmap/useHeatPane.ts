// The pane of a heatmap: its size, its scroll, the px of the device, and the canvas drawn anew when any of them changes.
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { inSlices } from '../controls/slices.ts';
import { useHeatColours } from './heatColours.ts';
import { type CellBounds, fitCell, type HeatLayout, type Scroll, type Size, windowOf } from './heatLayout.ts';
import type { HeatStage } from './heatPaint.ts';

export interface HeatPane {
  readonly pane: RefObject<HTMLDivElement | null>;
  readonly layout: HeatLayout;
  readonly scroll: Scroll;
  /** Reads size and scroll anew. */
  readonly measure: () => void;
}

interface Counts {
  readonly rows: number;
  readonly columns: number;
  readonly bounds: CellBounds;
  readonly head: Size;
}

const SAME = (a: object, b: object): boolean => JSON.stringify(a) === JSON.stringify(b);

export function useHeatPane({ rows, columns, bounds, head }: Counts): HeatPane {
  const pane = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ width: 0, height: 0, left: 0, top: 0 });
  const measure = useRef(() => {
    const element = pane.current;
    if (!element) return;
    const { clientWidth: width, clientHeight: height, scrollLeft: left, scrollTop: top } = element;
    setSeen(before => (SAME(before, { width, height, left, top }) ? before : { width, height, left, top }));
  }).current;
  useLayoutEffect(() => {
    const element = pane.current;
    if (!element) return;
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [measure]);
  const { minWidth, maxWidth, minHeight, maxHeight } = bounds;
  const layout = useMemo((): HeatLayout => {
    const room = seen.width - head.width;
    const cell = fitCell({ minWidth, maxWidth, minHeight, maxHeight }, columns, room);
    return {
      rows,
      columns,
      cell,
      head: { width: head.width, height: head.height },
      pane: { width: seen.width, height: seen.height },
    };
  }, [rows, columns, minWidth, maxWidth, minHeight, maxHeight, head.width, head.height, seen.width, seen.height]);
  const scroll = useMemo(() => ({ left: seen.left, top: seen.top }), [seen.left, seen.top]);
  return { pane, layout, scroll, measure };
}

/** Device pixels a CSS px, followed as the window moves to another screen or is zoomed. */
function usePixelRatio(): number {
  const [ratio, setRatio] = useState(() => devicePixelRatio);
  useEffect(() => {
    const read = (): void => setRatio(devicePixelRatio);
    const list = matchMedia(`(resolution: ${ratio}dppx)`);
    list.addEventListener('change', read);
    return () => list.removeEventListener('change', read);
  }, [ratio]);
  return ratio;
}

/** Draws in steps of a few milliseconds. */
export type HeatPainter<D> = (context: CanvasRenderingContext2D, scene: HeatStage & D) => Iterator<unknown>;

/** Keeps the canvas as the scene is; `drawn` and `paint` are kept by reference, so a new one draws anew. */
export function useHeatCanvas<D extends object>(
  { pane, layout, scroll }: HeatPane,
  drawn: D,
  paint: HeatPainter<D>,
): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [element, setElement] = useState<HTMLElement | null>(null);
  useLayoutEffect(() => setElement(pane.current), [pane]);
  const colours = useHeatColours(element);
  const ratio = usePixelRatio();
  useLayoutEffect(() => {
    const target = canvas.current;
    if (!target || !colours || layout.pane.width === 0) return;
    const context = target.getContext('2d');
    if (!context) return;
    const seen = windowOf(layout);
    const [width, height] = [Math.round(seen.width * ratio), Math.round(seen.height * ratio)];
    // Setting a size empties the canvas, even the same one.
    if (target.width !== width) target.width = width;
    if (target.height !== height) target.height = height;
    return inSlices(paint(context, { ...drawn, layout, scroll, ratio, colours }));
  }, [layout, scroll, ratio, colours, drawn, paint]);
  return canvas;
}
