// Draws the part of a heatmap that is in sight: cells with or without text, what is still unknown, labels that stay at the edges.
import { type HeatColours, shadeOf } from './heatColours.ts';
import {
  type CellRange,
  cellRoom,
  cellsInView,
  cutToFit,
  type HeatLayout,
  LEAST_GAP,
  labelEvery,
  placeLabels,
  type Scroll,
} from './heatLayout.ts';

/** What is drawn in a cell. */
export interface HeatCell {
  /** Share of the scale, 0 to 1. */
  readonly share: number;
  /** A word, drawn where the cell has room for it. */
  readonly text?: string;
}

/** Where a picture of rows and columns is drawn, and what with. */
export interface HeatStage {
  readonly layout: HeatLayout;
  readonly scroll: Scroll;
  /** Device pixels a CSS px. */
  readonly ratio: number;
  readonly colours: HeatColours;
}

/** Labels along the edges; those of the chosen row and column are marked. */
export interface HeatLabels {
  readonly rowLabels: readonly string[];
  readonly columnLabels: readonly string[];
  /** Between them, at the corner: how column labels are to be read. */
  readonly corner: string;
  readonly row: number | null;
  readonly column: number | null;
}

export interface HeatDrawn extends HeatLabels {
  /** Null where the value is not known yet. */
  readonly cellAt: (row: number, column: number) => HeatCell | null;
  /** A border along the left side of this column of each row, step by step; null for none. */
  readonly edgeAt: ((row: number) => number) | null;
}

export type HeatScene = HeatStage & HeatDrawn;

type LabelScene = HeatStage & HeatLabels;
type Context = CanvasRenderingContext2D;

/** Narrower or lower cells have no text and no gap between them, and are drawn as an image. */
const LEAST_TEXT = { width: 24, height: 14 };
/** Column labels narrower than this stand upright. */
const LEAST_LYING = 40;
/** Px between the lines of labels. */
const LINE = 15;
export const PADDING = 4;

/** Draws in steps of a few milliseconds; `context` is that of a canvas as large as the pane. */
export function* paintHeat(context: Context, scene: HeatScene): Generator<void> {
  const range = cellsInView(scene.layout, scene.scroll);
  const { cell } = scene.layout;
  if (cell.width >= LEAST_TEXT.width && cell.height >= LEAST_TEXT.height) yield* paintWords(context, scene, range);
  else yield* paintImage(context, scene, range);
  if (scene.edgeAt) paintEdge(context, scene, range, scene.edgeAt);
  yield* paintLabels(context, scene, range);
}

/** The border of what rows can see, as a stair. */
function paintEdge(context: Context, scene: HeatScene, range: CellRange, edgeAt: (row: number) => number): void {
  const { x, y } = edges(scene);
  context.beginPath();
  context.moveTo(x(edgeAt(range.fromRow)), y(range.fromRow));
  for (let row = range.fromRow; row < range.toRow; row++) {
    context.lineTo(x(edgeAt(row)), y(row));
    context.lineTo(x(edgeAt(row)), y(row + 1));
  }
  context.strokeStyle = scene.colours.ink;
  context.lineWidth = Math.max(1, Math.round(1.5 * scene.ratio));
  context.stroke();
}

/** The labels along both edges, over the cells that reach under them. */
export function* paintLabels(context: Context, scene: LabelScene, range: CellRange): Generator<void> {
  yield* paintColumnHead(context, scene, range);
  yield* paintRowHead(context, scene, range);
  paintCorner(context, scene);
}

/** Device px of the left and top edge of a cell. */
export function edges({ layout, scroll, ratio }: HeatStage) {
  const { head, cell } = layout;
  return {
    x: (column: number): number => Math.round((head.width + column * cell.width - scroll.left) * ratio),
    y: (row: number): number => Math.round((head.height + row * cell.height - scroll.top) * ratio),
  };
}

const hatches = new WeakMap<HeatColours, CanvasPattern>();

/** Diagonal lines: not known yet. */
function hatch(context: Context, colours: HeatColours): CanvasPattern | string {
  const known = hatches.get(colours);
  if (known) return known;
  const tile = document.createElement('canvas');
  tile.width = tile.height = 8;
  const brush = tile.getContext('2d');
  if (!brush) return colours.ground;
  brush.fillStyle = colours.ground;
  brush.fillRect(0, 0, 8, 8);
  brush.strokeStyle = colours.line;
  brush.lineWidth = 1.5;
  for (const shift of [-8, 0, 8]) {
    brush.beginPath();
    brush.moveTo(shift - 1, 9);
    brush.lineTo(shift + 9, -1);
    brush.stroke();
  }
  const made = context.createPattern(tile, 'repeat');
  if (made) hatches.set(colours, made);
  return made ?? colours.ground;
}

/** Text of cells as it was cut, by size and room: measuring costs more than drawing. */
const cuts = new Map<string, string>();
const MOST_CUTS = 20_000;

/** What fits into `room` device px, in the font of the context. */
export function cutText(context: Context, text: string, room: number): string {
  const key = `${context.font}:${room}:${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  const cut = cutToFit(text, room, each => context.measureText(each).width);
  if (cuts.size >= MOST_CUTS) cuts.clear();
  cuts.set(key, cut);
  return cut;
}

function* paintWords(context: Context, scene: HeatScene, range: CellRange): Generator<void> {
  const { colours, ratio, cellAt, layout } = scene;
  const { x, y } = edges(scene);
  const gap = Math.max(1, Math.round(ratio));
  const pending = hatch(context, colours);
  for (let row = range.fromRow; row < range.toRow; row++) {
    const [top, bottom] = [y(row), y(row + 1)];
    context.fillStyle = colours.paper;
    context.fillRect(x(range.fromColumn), top, x(range.toColumn) - x(range.fromColumn), bottom - top);
    context.font = `${colours.size * ratio}px ${colours.mono}`;
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    for (let column = range.fromColumn; column < range.toColumn; column++) {
      const [left, right] = [x(column), x(column + 1)];
      const cell = cellAt(row, column);
      context.fillStyle = cell === null ? pending : (colours.shades[shadeOf(cell.share)] ?? colours.paper);
      context.fillRect(left, top, right - left - gap, bottom - top - gap);
      if (!cell?.text) continue;
      const room = (layout.cell.width - 2 * PADDING) * ratio;
      context.fillStyle = colours.ink;
      context.fillText(cutText(context, cell.text, room), left + PADDING * ratio, (top + bottom) / 2);
    }
    yield;
  }
}

/** One pixel a cell, then drawn to size at once: small cells are many. */
function* paintImage(context: Context, scene: HeatScene, range: CellRange): Generator<void> {
  const { colours, cellAt, layout, ratio } = scene;
  const { x, y } = edges(scene);
  const [width, height] = [range.toColumn - range.fromColumn, range.toRow - range.fromRow];
  if (width === 0 || height === 0) return;
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const cell = cellAt(range.fromRow + row, range.fromColumn + column);
      if (cell !== null) pixels[row * width + column] = colours.words[shadeOf(cell.share)] ?? 0;
    }
    yield;
  }
  const small = document.createElement('canvas');
  small.width = width;
  small.height = height;
  small.getContext('2d')?.putImageData(image, 0, 0);
  const [left, top, right, bottom] = [x(range.fromColumn), y(range.fromRow), x(range.toColumn), y(range.toRow)];
  context.fillStyle = hatch(context, colours);
  context.fillRect(left, top, right - left, bottom - top);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, left, top, right - left, bottom - top);
  if (Math.min(layout.cell.width, layout.cell.height) < LEAST_GAP) return;
  context.fillStyle = colours.paper;
  const gap = Math.max(1, Math.round(ratio));
  for (let column = range.fromColumn; column < range.toColumn; column++)
    context.fillRect(x(column + 1) - gap, top, gap, bottom - top);
  for (let row = range.fromRow; row < range.toRow; row++) context.fillRect(left, y(row + 1) - gap, right - left, gap);
}

/** A label on its ground; that of the chosen row or column is marked. */
function labelGround(context: Context, colours: HeatColours, chosen: boolean, box: readonly number[]): void {
  const [left = 0, top = 0, width = 0, height = 0] = box;
  context.fillStyle = chosen ? colours.accentSoft : colours.ground;
  context.fillRect(left, top, width, height);
  context.fillStyle = chosen ? colours.ink : colours.faint;
}

function* paintColumnHead(context: Context, scene: LabelScene, range: CellRange): Generator<void> {
  const { layout, ratio, colours } = scene;
  const { head, cell } = layout;
  const height = head.height * ratio;
  if (height === 0) return;
  context.fillStyle = colours.ground;
  context.fillRect(head.width * ratio, 0, cellRoom(layout).width * ratio, height);
  context.font = `${colours.size * ratio}px ${colours.mono}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  if (cell.width >= LEAST_LYING) yield* paintLying(context, scene, range);
  else yield* paintUpright(context, scene, range);
}

/** Each over its column. */
function* paintLying(context: Context, scene: LabelScene, range: CellRange): Generator<void> {
  const { layout, ratio, colours, columnLabels } = scene;
  const { x } = edges(scene);
  const height = layout.head.height * ratio;
  const room = (layout.cell.width - 2 * PADDING) * ratio;
  for (let column = range.fromColumn; column < range.toColumn; column++) {
    const left = x(column);
    labelGround(context, colours, column === scene.column, [left, 0, x(column + 1) - left, height]);
    context.fillText(cutText(context, columnLabels[column] ?? '', room), left + PADDING * ratio, height / 2);
    if (column % 64 === 63) yield;
  }
  yield;
}

/** As many as have room, read upwards. */
function* paintUpright(context: Context, scene: LabelScene, range: CellRange): Generator<void> {
  const { layout, ratio, colours, columnLabels } = scene;
  const { head, cell } = layout;
  const { x } = edges(scene);
  const height = head.height * ratio;
  const width = Math.max(cell.width, LINE) * ratio;
  const labels = placeLabels(
    { from: range.fromColumn, to: range.toColumn, chosen: scene.column },
    column => (x(column) + x(column + 1)) / 2,
    { every: labelEvery(cell.width, LINE), least: LINE * ratio, start: cell.width < LINE ? head.width * ratio : 0 },
  );
  for (const { at, middle } of labels) {
    labelGround(context, colours, at === scene.column, [middle - width / 2, 0, width, height]);
    context.save();
    context.translate(middle, height - PADDING * ratio);
    context.rotate(-Math.PI / 2);
    context.fillText(cutText(context, columnLabels[at] ?? '', height - 2 * PADDING * ratio), 0, 0);
    context.restore();
  }
  yield;
}

function* paintRowHead(context: Context, scene: LabelScene, range: CellRange): Generator<void> {
  const { layout, ratio, colours, rowLabels } = scene;
  const { head, cell } = layout;
  const { y } = edges(scene);
  const width = head.width * ratio;
  if (width === 0) return;
  context.fillStyle = colours.ground;
  context.fillRect(0, head.height * ratio, width, cellRoom(layout).height * ratio);
  context.font = `${colours.size * ratio}px ${colours.face}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  const height = Math.max(cell.height, LINE) * ratio;
  const labels = placeLabels(
    { from: range.fromRow, to: range.toRow, chosen: scene.row },
    row => (y(row) + y(row + 1)) / 2,
    { every: labelEvery(cell.height, LINE), least: LINE * ratio, start: cell.height < LINE ? head.height * ratio : 0 },
  );
  for (const { at, middle } of labels) {
    labelGround(context, colours, at === scene.row, [0, middle - height / 2, width, height]);
    const label = cutText(context, rowLabels[at] ?? '', width - 2 * PADDING * ratio);
    context.fillText(label, width - (PADDING + 2) * ratio, middle);
  }
  yield;
}

function paintCorner(context: Context, { layout, ratio, colours, corner }: LabelScene): void {
  const [width, height] = [layout.head.width * ratio, layout.head.height * ratio];
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, width, height);
  context.font = `${colours.size * ratio}px ${colours.face}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  context.fillStyle = colours.faint;
  context.fillText(
    cutText(context, corner, width - 2 * PADDING * ratio),
    width - (PADDING + 2) * ratio,
    height - 13 * ratio,
  );
}
