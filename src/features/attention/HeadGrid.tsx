// biome-ignore-all lint/a11y/useSemanticElements: a drawn grid is no table element; the table beside it is one.
// biome-ignore-all lint/a11y/useFocusableInteractive: the pane has the focus, the chosen cell is its active descendant.
// biome-ignore-all lint/a11y/noAriaHiddenOnFocusable: the canvas cannot have the focus.
// All heads at one position: a small picture each, chosen by click, finger or arrow keys, shown on the text while the mouse rests on one.
import {
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  useId,
  useLayoutEffect,
  useMemo,
  useState,
} from 'react';
import { useModel } from '../../stores/react.ts';
import type { HeadChoice } from '../../stores/run/attention-tint.ts';
import { cx } from '../../ui/controls/cx.ts';
import canvasPane from '../../ui/heatmap/CanvasPane.module.css';
import { HeatTip, spokenCell } from '../../ui/heatmap/HeatTip.tsx';
import {
  boxOf,
  type CellBounds,
  type CellPlace,
  extentOf,
  placeAtPoint,
  scrollTo,
  stepCell,
  windowOf,
} from '../../ui/heatmap/heatLayout.ts';
import { useHeatCanvas, useHeatPane } from '../../ui/heatmap/useHeatPane.ts';
import styles from './HeadGrid.module.css';
import { choiceAt, headCells } from './heads.ts';
import type { Measure } from './measures.ts';
import { type HeadsDrawn, paintHeads } from './paintHeads.ts';
import type { AttentionRow } from './types.ts';
import { useAttention, useAttentionStore } from './useAttention.ts';
import { useTokensOf } from './useTokensOf.ts';
import { wordsOf } from './words.ts';

const FINE: CellBounds = { minWidth: 24, maxWidth: 96, minHeight: 24, maxHeight: 38 };
const COARSE: CellBounds = { minWidth: 44, maxWidth: 96, minHeight: 44, maxHeight: 44 };
const HEAD = { width: 40, height: 20 };

const numbered = (letter: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${letter}${i}`);

const px = (box: { left: number; top: number; width: number; height: number }) => ({
  transform: `translate(${box.left}px, ${box.top}px)`,
  width: box.width,
  height: box.height,
});

interface HeadGridProps {
  row: AttentionRow;
  measure: Measure;
}

export function HeadGrid({ row, measure }: HeadGridProps) {
  const attention = useAttentionStore();
  const tokens = useTokensOf(row.ids);
  const choice = useAttention(s => s.choice);
  const preview = useAttention(s => s.preview);
  const model = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  const share = model === null ? 1 : model.dims.n_head / model.dims.n_kv_head;
  const [coarse] = useState(() => matchMedia('(pointer: coarse), (max-width: 760px)').matches);
  // The keys have led here: the numbers of the chosen cell are shown as those under the mouse are.
  const [told, setTold] = useState(false);
  const id = useId();
  const cells = useMemo(() => headCells(row, measure, tokens), [row, measure, tokens]);
  const columns = row.heads + 1;
  const heat = useHeatPane({ rows: row.layers, columns, bounds: coarse ? COARSE : FINE, head: HEAD });
  const { pane, layout, scroll, measure: look } = heat;
  const chosen: CellPlace | null =
    choice.layer === null ? null : { row: choice.layer, column: choice.head ?? row.heads };
  const drawn = useMemo(
    (): HeadsDrawn => ({
      cells,
      rowLabels: numbered('L', row.layers),
      columnLabels: [...numbered('H', row.heads), 'mean'],
      corner: '',
      share,
      row: choice.layer,
      column: choice.layer === null ? null : (choice.head ?? row.heads),
    }),
    [cells, row.layers, row.heads, choice, share],
  );
  const canvas = useHeatCanvas(heat, drawn, paintHeads);
  const at = chosen ?? { row: 0, column: 0 };
  const hovered: CellPlace | null =
    preview === null || preview.layer === null ? null : { row: preview.layer, column: preview.head ?? row.heads };

  // biome-ignore lint/correctness/useExhaustiveDependencies: only another choice or width leads back to the chosen cell.
  useLayoutEffect(() => {
    if (chosen && layout.pane.width > 0) pane.current?.scrollTo(scrollTo(layout, scroll, chosen));
  }, [choice, layout.cell.width, layout.pane.width > 0]);

  const choose = ({ row: layer, column }: CellPlace) => attention.getState().choose(choiceAt(layer, column, row.heads));
  const placeOf = (event: MouseEvent<HTMLDivElement>): CellPlace | null => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const { clientLeft, clientTop } = event.currentTarget;
    return placeAtPoint(layout, scroll, event.clientX - left - clientLeft, event.clientY - top - clientTop);
  };
  const show = (next: HeadChoice | null) => attention.getState().setPreview(next);
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Escape' && told) {
      event.preventDefault();
      event.stopPropagation();
      setTold(false);
      return;
    }
    const next = chosen === null && event.key.startsWith('Arrow') ? at : stepCell(event.key, at, layout);
    if (!next) return;
    event.preventDefault();
    setTold(true);
    choose(next);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (event.pointerType !== 'mouse') return;
    const place = placeOf(event);
    show(place && choiceAt(place.row, place.column, row.heads));
  };
  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const place = placeOf(event);
    setTold(false);
    if (place) choose(place);
  };

  const extent = extentOf(layout);
  const here = cells[at.row]?.[at.column];
  const tipped = hovered ?? (told ? chosen : null);
  const tip = tipped && cells[tipped.row]?.[tipped.column];
  const corner = tip ? pane.current?.getBoundingClientRect() : undefined;
  return (
    <>
      <div
        ref={pane}
        role="grid"
        aria-label="Heads"
        aria-rowcount={row.layers}
        aria-colcount={columns}
        aria-activedescendant={`${id}-cell`}
        tabIndex={0}
        className={cx(canvasPane.pane, styles.pane)}
        onScroll={() => {
          look();
          show(null);
        }}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => show(null)}
        onBlur={() => setTold(false)}
        onClick={onClick}
      >
        <div role="presentation" style={{ ...extent }}>
          <div role="presentation" className={canvasPane.window} style={{ ...windowOf(layout) }}>
            <canvas ref={canvas} className={cx(canvasPane.canvas, styles.canvas)} aria-hidden="true" />
            <div role="presentation" className={canvasPane.cells} style={{ left: HEAD.width, top: HEAD.height }}>
              {chosen && <div className={styles.chosen} style={px(boxOf(layout, scroll, chosen))} />}
              {hovered && <div className={styles.hovered} style={px(boxOf(layout, scroll, hovered))} />}
              <div role="row" aria-rowindex={at.row + 1}>
                <div
                  key={`${at.row}-${at.column}`}
                  id={`${id}-cell`}
                  role="gridcell"
                  aria-colindex={at.column + 1}
                  aria-selected={chosen !== null}
                  aria-label={here && spokenCell(wordsOf(here, tokens, model))}
                  className={styles.cursor}
                  style={px(boxOf(layout, scroll, at))}
                />
              </div>
            </div>
          </div>
        </div>
      </div>
      {tip && tipped && corner && (
        <HeatTip
          words={wordsOf(tip, tokens, model)}
          hint=""
          picture={corner}
          anchor={{
            ...layout.cell,
            left: corner.left + 1 + HEAD.width + tipped.column * layout.cell.width - scroll.left,
            top: corner.top + 1 + HEAD.height + tipped.row * layout.cell.height - scroll.top,
          }}
        />
      )}
    </>
  );
}
