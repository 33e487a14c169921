// biome-ignore-all lint/a11y/useSemanticElements: a drawn grid of up to a million cells is no table element; the table beside it is one.
// biome-ignore-all lint/a11y/useFocusableInteractive: the pane has the focus, the cell at the cursor is its active descendant.
// biome-ignore-all lint/a11y/noAriaHiddenOnFocusable: the canvas cannot have the focus.
// A heatmap of rows and columns: drawn on a canvas, walked by keyboard, mouse or finger, with legend and a table beside it.
import { type ReactNode, useEffect, useId, useLayoutEffect, useMemo, useState } from 'react';
import { Button } from '../controls/Button.tsx';
import { cx } from '../controls/cx.ts';
import canvasPane from './CanvasPane.module.css';
import { HeatLegend, type HeatScale } from './HeatLegend.tsx';
import styles from './Heatmap.module.css';
import { HeatTable } from './HeatTable.tsx';
import { type CellWords, HeatTip, spokenCell } from './HeatTip.tsx';
import {
  boxOf,
  type CellBounds,
  type CellPlace,
  type CellRange,
  cellRoom,
  cellsInView,
  extentOf,
  type HeatLayout,
  type Scroll,
  type Size,
  scrollTo,
  windowOf,
} from './heatLayout.ts';
import { type HeatCell, type HeatDrawn, paintHeat } from './heatPaint.ts';
import { useHeatCursor } from './useHeatCursor.ts';
import { useHeatCanvas, useHeatPane } from './useHeatPane.ts';

export interface HeatmapProps {
  /** Accessible name. */
  label: string;
  /** What a row and a column are, in one word: `layer`, `position`. */
  rowName: string;
  columnName: string;
  rowLabels: readonly string[];
  columnLabels: readonly string[];
  /** What is drawn in a cell, null while it is not known. A new function draws the picture anew, so keep it while nothing changed. */
  cellAt: (row: number, column: number) => HeatCell | null;
  /** Everything there is to say about a cell, with exact numbers: for the tooltip and for readers. */
  describe: (row: number, column: number) => CellWords;
  /** The words of a cell in the table. */
  tableWords: (row: number, column: number) => string;
  /** How column labels are to be read, in a word; stands at the corner of the labels. */
  corner?: string;
  /** What picking a cell does: `selects this position`. */
  pickWords?: string;
  scale: HeatScale;
  /** Something is not known yet: the legend says how that looks. */
  pending: boolean;
  bounds: CellBounds;
  /** Room for row labels to the left and column labels above. */
  head: Size;
  /** Most height of the pane, a CSS length. */
  height?: string;
  /** The row, the column and the cell that are marked. */
  row?: number | null;
  column?: number | null;
  selected?: CellPlace | null;
  /** A cell was picked: click, Enter, or a second tap. */
  onPick?: (place: CellPlace) => void;
  /** Which cells are in sight, whenever that changes. */
  onVisible?: (range: CellRange) => void;
  /** A border along the left side of this column of each row. Keep it while nothing changed. */
  edgeAt?: ((row: number) => number) | null;
  /** Stands in the line of tools above the picture. */
  children?: ReactNode;
}

/** How a cell is picked, as the person points at it. */
function hintOf(words: string | undefined, touched: boolean): string {
  return words === undefined ? '' : `${touched ? 'Tap again' : 'Click or Enter'}: ${words}`;
}

const ignore = (): void => {};

const px = (box: { left: number; top: number; width: number; height: number }) => ({
  transform: `translate(${box.left}px, ${box.top}px)`,
  width: box.width,
  height: box.height,
});

interface MarksProps {
  layout: HeatLayout;
  scroll: Scroll;
  row: number | null;
  column: number | null;
  selected: CellPlace | null;
  hover: CellPlace | null;
}

/** Everything over the canvas that moves without drawing it anew. */
function Marks({ layout, scroll, row, column, selected, hover }: MarksProps) {
  const room = cellRoom(layout);
  const band = column === null ? null : boxOf(layout, scroll, { row: 0, column });
  const line = row === null ? null : boxOf(layout, scroll, { row, column: 0 });
  return (
    <>
      {band && <div className={styles.band} style={px({ ...band, top: 0, height: room.height })} />}
      {line && <div className={styles.line} style={px({ ...line, left: 0, width: room.width })} />}
      {selected && <div className={styles.selected} style={px(boxOf(layout, scroll, selected))} />}
      {hover && <div className={styles.hover} style={px(boxOf(layout, scroll, hover))} />}
    </>
  );
}

export function Heatmap(props: HeatmapProps) {
  const [isTable, setTable] = useState(false);
  const { column = null, row = null, selected = null, onVisible } = props;
  return (
    <div className={styles.heatmap} style={{ '--heat-height': props.height ?? '60dvh' }}>
      <div className={styles.bar}>
        {props.children}
        <Button className={styles.switch} aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Show the picture' : 'Show as a table'}
        </Button>
      </div>
      {isTable ? (
        <HeatTable
          {...props}
          at={selected ?? { row: row ?? 0, column: column ?? 0 }}
          wordsAt={(r, c) => ({ words: props.tableWords(r, c), exact: spokenCell(props.describe(r, c)) })}
          onVisible={onVisible ?? ignore}
        />
      ) : (
        <Picture {...props} />
      )}
      <HeatLegend scale={props.scale} pending={props.pending} />
    </div>
  );
}

function Picture(props: HeatmapProps) {
  const { label, rowLabels, columnLabels, cellAt, describe, bounds, head, onVisible } = props;
  const { row = null, column = null, selected = null, corner = '', edgeAt = null } = props;
  const id = useId();
  const heat = useHeatPane({ rows: rowLabels.length, columns: columnLabels.length, bounds, head });
  const { pane, layout, scroll, measure } = heat;
  const drawn = useMemo(
    (): HeatDrawn => ({ cellAt, rowLabels, columnLabels, corner, row, column, edgeAt }),
    [cellAt, rowLabels, columnLabels, corner, row, column, edgeAt],
  );
  const canvas = useHeatCanvas(heat, drawn, paintHeat);
  const cursor = useHeatCursor(heat, selected ?? { row: row ?? 0, column: column ?? 0 }, props.onPick);
  const { fromRow, toRow, fromColumn, toColumn } = useMemo(() => cellsInView(layout, scroll), [layout, scroll]);

  useEffect(() => {
    onVisible?.({ fromRow, toRow, fromColumn, toColumn });
  }, [onVisible, fromRow, toRow, fromColumn, toColumn]);
  // Another row or column is marked: it comes into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolling by hand or another size does not lead back to it.
  useLayoutEffect(() => {
    if (pane.current && layout.pane.width > 0) pane.current.scrollTo(scrollTo(layout, scroll, { row, column }));
  }, [row, column, layout.cell.width, layout.pane.width > 0]);

  const extent = extentOf(layout);
  const at = cursor.place;
  const words = cursor.shown && describe(cursor.shown.row, cursor.shown.column);
  return (
    <>
      <div
        ref={pane}
        role="grid"
        aria-label={label}
        aria-rowcount={layout.rows}
        aria-colcount={layout.columns}
        aria-activedescendant={`${id}-${at.row}-${at.column}`}
        tabIndex={0}
        className={cx(canvasPane.pane, styles.pane)}
        onScroll={() => {
          measure();
          cursor.leave();
        }}
        {...cursor.events}
      >
        <div role="presentation" style={{ ...extent }}>
          <div role="presentation" className={canvasPane.window} style={{ ...windowOf(layout) }}>
            <canvas ref={canvas} className={canvasPane.canvas} aria-hidden="true" />
            <div role="presentation" className={canvasPane.cells} style={{ left: head.width, top: head.height }}>
              <Marks {...{ layout, scroll, row, column, selected, hover: cursor.hover }} />
              <div role="row" aria-rowindex={at.row + 1}>
                <div
                  key={`${at.row}-${at.column}`}
                  id={`${id}-${at.row}-${at.column}`}
                  role="gridcell"
                  aria-colindex={at.column + 1}
                  aria-selected={selected?.row === at.row && selected.column === at.column}
                  aria-label={spokenCell(describe(at.row, at.column))}
                  className={styles.cursor}
                  style={px(boxOf(layout, scroll, at))}
                />
              </div>
            </div>
          </div>
        </div>
      </div>
      {words && cursor.anchor && cursor.picture && (
        <HeatTip
          words={words}
          anchor={cursor.anchor}
          picture={cursor.picture}
          hint={hintOf(props.pickWords, cursor.touched)}
        />
      )}
    </>
  );
}
