// What a cell of the lens says: its share of the scale, its words, and everything with full numbers.
import { formatBits, formatCount, formatProbability } from '../../lib/format.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { HeatScale } from '../../ui/heatmap/HeatLegend.tsx';
import type { CellWords } from '../../ui/heatmap/HeatTip.tsx';
import { faceLine, faceOf } from '../shared/tokenFace.ts';
import type { LensCell, LensColour } from './types.ts';

/** Decades of the scale for the probability of the asked token, and bits of that for the divergence. */
const DECADES = 4;
const MOST_BITS = 10;

const bitsOf = (nats: number): number => nats / Math.LN2;

/** Share of the scale, 0 to 1; null where the number is not known. */
export function shareOfCell(cell: LensCell, colour: LensColour, vocabulary: number): number | null {
  switch (colour) {
    case 'likeliest':
      return Math.exp(cell.topLogprob);
    case 'asked':
      return cell.logprob === null ? null : Math.max(0, 1 + cell.logprob / Math.LN10 / DECADES);
    case 'rank':
      return cell.rank === null ? null : 1 - Math.log(cell.rank) / Math.log(Math.max(2, vocabulary));
    case 'divergence':
      return Math.min(1, bitsOf(cell.divergence) / MOST_BITS);
    default:
      return colour satisfies never;
  }
}

export const COLOUR_NAMES: Readonly<Record<LensColour, string>> = {
  likeliest: 'Likeliest token',
  asked: 'Asked token',
  rank: 'Rank of asked',
  divergence: 'KL divergence',
};

/** The legend of a colour; `asked` is the asked token as it is shown. */
export function scaleOf(colour: LensColour, asked: string, vocabulary: number): HeatScale {
  switch (colour) {
    case 'likeliest':
      return { label: 'probability before sampling', low: '0 %', high: '100 %' };
    case 'asked':
      return { label: `probability of ${asked} before sampling, log scale`, low: '≤ 0.01 %', high: '100 %' };
    case 'rank':
      return { label: `rank of ${asked}, log scale`, low: formatCount(vocabulary), high: '1' };
    case 'divergence':
      return { label: 'KL divergence of the model’s own distribution', low: '0 bits', high: `≥ ${MOST_BITS} bits` };
    default:
      return colour satisfies never;
  }
}

const texts = new WeakMap<Tokenizer, Map<number, string>>();

/** A token on one line, spaces and line ends as signs. */
export function tokenWord(tokenizer: Tokenizer, id: number): string {
  const known = texts.get(tokenizer) ?? new Map<number, string>();
  texts.set(tokenizer, known);
  const found = known.get(id);
  if (found !== undefined) return found;
  const word = faceLine(faceOf(tokenizer, id));
  known.set(id, word);
  return word;
}

/** The stream at row `layer`: `embedding`, then after which layer, counted from 0 as in the checkpoint; the last as what it is. */
export function layerName(layer: number, layers: number): string {
  if (layer === 0) return 'embedding';
  return layer === layers - 1 ? `layer ${layer - 1}, the model itself` : `layer ${layer - 1}`;
}

/** The same for the edge of the picture. */
export function layerLabel(layer: number, layers: number): string {
  if (layer === 0) return 'embedding';
  return layer === layers - 1 ? 'model' : `layer ${layer - 1}`;
}

/** `12.4 % (0.123877)` */
function exactProbability(logprob: number): string {
  const p = Math.exp(logprob);
  return `${formatProbability(p)} (${Number(p.toPrecision(6))})`;
}

/** The number that the colour shows. */
export function valueWords(cell: LensCell, colour: LensColour): string {
  switch (colour) {
    case 'likeliest':
      return formatProbability(Math.exp(cell.topLogprob));
    case 'asked':
      return cell.logprob === null ? '–' : formatProbability(Math.exp(cell.logprob));
    case 'rank':
      return cell.rank === null ? '–' : formatCount(cell.rank);
    case 'divergence':
      return formatBits(cell.divergence);
    default:
      return colour satisfies never;
  }
}

export interface CellPlaceWords {
  readonly layer: number;
  readonly layers: number;
  readonly column: number;
  /** The token read last, and the one that stands next; null at the end of the text. */
  readonly after: number | null;
  readonly next: number | null;
  readonly asked: number | null;
}

/** Everything about a cell. A column reads the tokens up to its own and predicts the next, whose position the inspector shows. */
export function describeCell(cell: LensCell | null, tokenizer: Tokenizer, place: CellPlaceWords): CellWords {
  const { layer, layers, column, after, next, asked } = place;
  const word = (id: number): string => tokenWord(tokenizer, id);
  const title = `${layerName(layer, layers)}, position ${column + 1}${after === null ? '' : `, after ${word(after)}`}`;
  const stands: (readonly [string, string])[] = next === null ? [] : [['stands in the text', word(next)]];
  if (cell === null) return { title, facts: [...stands, ['not computed', '–']] };
  const facts: (readonly [string, string])[] = [
    ['likeliest', `${word(cell.topId)} (id ${cell.topId})`],
    ['its probability', exactProbability(cell.topLogprob)],
  ];
  if (asked !== null && cell.logprob !== null && cell.rank !== null) {
    facts.push([`probability of ${word(asked)}`, exactProbability(cell.logprob)]);
    facts.push([`rank of ${word(asked)}`, formatCount(cell.rank)]);
  }
  facts.push(['KL divergence', `${formatBits(cell.divergence)} (${Number(bitsOf(cell.divergence).toPrecision(6))})`]);
  return { title, facts: [...stands, ...facts] };
}
