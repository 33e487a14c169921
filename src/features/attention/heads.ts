// The grid of heads as data: a row a layer, a column a head and one more for their mean; what each cell says.

import type { DocumentToken } from '../../stores/document/types.ts';
import type { HeadChoice } from '../../stores/run/attention-tint.ts';
import { faceLine } from '../shared/tokenFace.ts';
import { type Measure, measureOf, mostRead, shareOfMost, shortMeasure } from './measures.ts';
import { weightsOf } from './row.ts';
import type { AttentionRow } from './types.ts';

export interface HeadCell {
  readonly choice: HeadChoice;
  readonly weights: Float32Array;
  readonly value: number;
  /** Share of the most the measure can be. */
  readonly share: number;
  /** For a small cell. */
  readonly text: string;
  /** Position read most. */
  readonly most: number;
  /** False in a layer without attention: then there is no number. */
  readonly attends: boolean;
}

/** A token on one line, with visible spaces and line ends; bytes where they are no text. */
export function tokenWords(token: DocumentToken | undefined): string {
  return token ? faceLine(token) : '';
}

/** The choice of a cell: the last column is the mean of the layer's heads. */
export function choiceAt(layer: number, column: number, heads: number): HeadChoice {
  return { layer, head: column < heads ? column : null };
}

/** [L][NH + 1] */
export function headCells(row: AttentionRow, measure: Measure, tokens: readonly DocumentToken[]): HeadCell[][] {
  return Array.from({ length: row.layers }, (_, layer) =>
    Array.from({ length: row.heads + 1 }, (_, column) =>
      cellOf(row, choiceAt(layer, column, row.heads), measure, tokens),
    ),
  );
}

function cellOf(row: AttentionRow, choice: HeadChoice, measure: Measure, tokens: readonly DocumentToken[]): HeadCell {
  const weights = weightsOf(row, choice);
  const attends = choice.layer === null || row.attends.includes(choice.layer);
  if (!attends) return { choice, weights, value: 0, share: 0, text: '', most: 0, attends };
  const value = measureOf(weights, measure);
  const most = mostRead(weights);
  const text = measure === 'max' ? tokenWords(tokens[most]) : shortMeasure(value, measure);
  return { choice, weights, value, share: shareOfMost(value, measure, weights.length), text, most, attends };
}

export type HeadOrder = 'layer' | 'weight' | Measure;

/** Heads of the layers with attention, without the means, by layer and head or by falling measure. */
export function sortedHeads(row: AttentionRow, order: HeadOrder): HeadChoice[] {
  const all = row.attends.flatMap(layer => Array.from({ length: row.heads }, (_, head) => ({ layer, head })));
  if (order === 'layer') return all;
  const measure = order === 'weight' ? 'max' : order;
  const values = all.map(choice => measureOf(weightsOf(row, choice), measure));
  const sign = order === 'entropy' ? 1 : -1;
  return all
    .map((choice, i) => ({ choice, value: values[i] ?? 0 }))
    .toSorted((a, b) => sign * (a.value - b.value))
    .map(({ choice }) => choice);
}
