// Draws the grid of heads: each cell in the colour of its measure, over it a strip of bars, one a token, and the number where there is room.
import { shadeOf } from '../../ui/heatmap/heatColours.ts';
import { type CellRange, cellsInView } from '../../ui/heatmap/heatLayout.ts';
import { cutText, edges, type HeatLabels, type HeatStage, PADDING, paintLabels } from '../../ui/heatmap/heatPaint.ts';
import type { HeadCell } from './heads.ts';
import { barsOf } from './measures.ts';

export interface HeadsDrawn extends HeatLabels {
  readonly cells: readonly (readonly HeadCell[])[];
  /** Query heads that share one head of keys and values: a line stands between those that do not. */
  readonly share: number;
}

/** Cells with less room have no number. Px. */
const LEAST_TEXT = { width: 34, height: 30 };
/** Height of a line of text, px. */
const LINE = 16;

export function* paintHeads(context: CanvasRenderingContext2D, scene: HeatStage & HeadsDrawn): Generator<void> {
  const { layout, scroll, colours, ratio, cells } = scene;
  const range = cellsInView(layout, scroll);
  const { x, y } = edges(scene);
  const gap = Math.max(1, Math.round(ratio));
  const words = layout.cell.width >= LEAST_TEXT.width && layout.cell.height >= LEAST_TEXT.height;
  for (let row = range.fromRow; row < range.toRow; row++) {
    const [top, bottom] = [y(row), y(row + 1) - gap];
    context.fillStyle = colours.paper;
    context.fillRect(x(range.fromColumn), top, x(range.toColumn) - x(range.fromColumn), bottom + gap - top);
    context.font = `${scene.colours.size * ratio}px ${scene.colours.mono}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    for (let column = range.fromColumn; column < range.toColumn; column++) {
      const cell = cells[row]?.[column];
      if (!cell) continue;
      const [left, right] = [x(column), x(column + 1) - gap];
      context.fillStyle = cell.attends ? (colours.shades[shadeOf(cell.share)] ?? colours.paper) : colours.ground;
      context.fillRect(left, top, right - left, bottom - top);
      if (!cell.attends) continue;
      const ceiling = words ? top + LINE * ratio : top;
      strip(context, cell.weights, { left, right, top: ceiling, bottom }, colours.ink);
      if (!words) continue;
      context.fillStyle = colours.ink;
      const room = right - left - 2 * PADDING * ratio;
      context.fillText(cutText(context, cell.text, room), left + PADDING * ratio, top + (LINE * ratio) / 2 + ratio);
    }
    yield;
  }
  if (scene.share > 1) paintGroups(context, scene, range);
  yield* paintLabels(context, scene, range);
}

/** A line before the first query head of each key head, and before the means. */
function paintGroups(context: CanvasRenderingContext2D, scene: HeatStage & HeadsDrawn, range: CellRange): void {
  const { x, y } = edges(scene);
  const width = Math.max(2, Math.round(2 * scene.ratio));
  context.fillStyle = scene.colours.ink;
  for (let column = range.fromColumn; column < range.toColumn; column++) {
    if (column === 0 || column % scene.share !== 0) continue;
    context.fillRect(x(column) - width, y(range.fromRow), width, y(range.toRow) - y(range.fromRow));
  }
}

interface Edges {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Device px: whole ones, at most one bar a pixel, so that bars never blur into each other. */
function strip(context: CanvasRenderingContext2D, weights: Float32Array, box: Edges, ink: string): void {
  const width = box.right - box.left;
  const bars = barsOf(weights, width);
  const each = width / bars.length;
  const space = each >= 4 ? 1 : 0;
  context.fillStyle = ink;
  context.globalAlpha = 0.62;
  for (const [i, share] of bars.entries()) {
    const height = Math.round(share * (box.bottom - box.top));
    if (height === 0) continue;
    const from = box.left + Math.round(i * each);
    const to = box.left + Math.round((i + 1) * each);
    context.fillRect(from, box.bottom - height, Math.max(1, to - from - space), height);
  }
  context.globalAlpha = 1;
}
