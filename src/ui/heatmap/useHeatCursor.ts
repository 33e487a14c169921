// The cell a person points at in a heatmap: by mouse, by keys, or by finger, where the first tap shows and the second picks.
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useRef, useState } from 'react';
import type { Box } from '../controls/popover.ts';
import { boxOf, type CellPlace, placeAtPoint, scrollTo, stepCell } from './heatLayout.ts';
import type { HeatPane } from './useHeatPane.ts';

export interface HeatCursor {
  /** Where the keys are. */
  readonly place: CellPlace;
  /** Under the mouse. */
  readonly hover: CellPlace | null;
  /** The cell whose numbers are shown, and where it is in the window. */
  readonly shown: CellPlace | null;
  readonly anchor: Box | null;
  /** The pane, where it is in the window. */
  readonly picture: Box | null;
  /** By finger, not by mouse or keys. */
  readonly touched: boolean;
  readonly events: {
    readonly onKeyDown: (event: KeyboardEvent<HTMLDivElement>) => void;
    readonly onPointerDown: (event: PointerEvent<HTMLDivElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLDivElement>) => void;
    readonly onPointerLeave: () => void;
    readonly onClick: (event: MouseEvent<HTMLDivElement>) => void;
    readonly onFocus: () => void;
    readonly onBlur: () => void;
  };
  /** The mouse points elsewhere now: the pane was scrolled. */
  readonly leave: () => void;
}

const same = (a: CellPlace | null, b: CellPlace | null): boolean => a?.row === b?.row && a?.column === b?.column;

/** `start`: where the keys begin. */
export function useHeatCursor(
  { pane, layout, scroll }: HeatPane,
  start: CellPlace,
  onPick: ((place: CellPlace) => void) | undefined,
): HeatCursor {
  const [moved, setMoved] = useState<CellPlace | null>(null);
  const [hover, setHover] = useState<CellPlace | null>(null);
  const [told, setTold] = useState(false);
  const [touched, setTouched] = useState(false);
  const pointer = useRef('mouse');
  const within = ({ row, column }: CellPlace): CellPlace => ({
    row: Math.max(0, Math.min(layout.rows - 1, row)),
    column: Math.max(0, Math.min(layout.columns - 1, column)),
  });
  const place = within(moved ?? start);
  const shown = hover ? within(hover) : told ? place : null;

  const placeOf = (event: MouseEvent<HTMLDivElement>): CellPlace | null => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const { clientLeft, clientTop } = event.currentTarget;
    return placeAtPoint(layout, scroll, event.clientX - left - clientLeft, event.clientY - top - clientTop);
  };
  const anchorOf = (at: CellPlace): Box | null => {
    const element = pane.current;
    if (!element) return null;
    const { left, top } = element.getBoundingClientRect();
    const box = boxOf(layout, scroll, at);
    return {
      ...box,
      left: left + element.clientLeft + layout.head.width + box.left,
      top: top + element.clientTop + layout.head.height + box.top,
    };
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.altKey) return;
    const corner = event.ctrlKey || event.metaKey;
    if ((event.key === 'Enter' || event.key === ' ') && !corner) {
      event.preventDefault();
      onPick?.(place);
      return;
    }
    if (event.key === 'Escape' && shown) {
      event.preventDefault();
      event.stopPropagation();
      setTold(false);
      setHover(null);
      return;
    }
    const next = stepCell(event.key, place, layout, { leap: event.shiftKey, corner });
    if (!next || (corner && event.key !== 'Home' && event.key !== 'End')) return;
    event.preventDefault();
    setMoved(next);
    setTouched(false);
    setTold(true);
    setHover(null);
    pane.current?.scrollTo(scrollTo(layout, scroll, next));
  };

  const onClick = (event: MouseEvent<HTMLDivElement>): void => {
    const at = placeOf(event);
    if (!at) return;
    const again = told && same(at, place);
    setMoved(at);
    const finger = pointer.current === 'touch';
    setTouched(finger);
    setTold(finger && !again);
    if (!finger || again) onPick?.(at);
  };

  return {
    place,
    hover,
    shown,
    touched: touched && !hover,
    anchor: shown && anchorOf(shown),
    picture: (shown && pane.current?.getBoundingClientRect()) ?? null,
    leave: () => {
      if (hover) setHover(null);
    },
    events: {
      onKeyDown,
      onPointerDown: event => {
        pointer.current = event.pointerType;
      },
      onPointerMove: event => {
        if (event.pointerType !== 'mouse') return;
        const at = placeOf(event);
        if (!same(at, hover)) setHover(at);
      },
      onPointerLeave: () => setHover(null),
      onClick,
      onFocus: () => {
        if (pane.current?.matches(':focus-visible')) setTold(true);
      },
      onBlur: () => setTold(false),
    },
  };
}
