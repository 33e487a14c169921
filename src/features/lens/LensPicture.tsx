// Layers by positions: the likeliest token of each layer, coloured by what was chosen.
import { useCallback, useMemo, useState } from 'react';
import { useModel } from '../../stores/react.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Heatmap } from '../../ui/heatmap/Heatmap.tsx';
import styles from './Lens.module.css';
import { COLOUR_NAMES, describeCell, layerLabel, scaleOf, shareOfCell, tokenWord, valueWords } from './lensWords.ts';
import { LENS_COLOURS } from './types.ts';
import { useLens, useLensStore } from './useLens.ts';
import { HEADS, SIZES, type Zoom } from './zoom.ts';

const ZOOMS = [
  { value: 'words', label: 'Words' },
  { value: 'overview', label: 'Overview' },
] as const;

export function LensPicture({ tokenizer }: { tokenizer: Tokenizer }) {
  const lens = useLensStore();
  const { ids, layers, columns, column, layer, asked, colour, revision, probe } = useLens(s => s);
  const vocabulary = useModel(s => (s.load.status === 'ready' ? s.load.model.dims.vocab_size : 0));
  const [zoom, setZoom] = useState<Zoom>('words');

  const rowLabels = useMemo(() => Array.from({ length: layers }, (_, i) => layerLabel(i, layers)), [layers]);
  const columnLabels = useMemo(
    () => Array.from(ids.subarray(0, columns), id => tokenWord(tokenizer, id)),
    [ids, columns, tokenizer],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision or asked token means other cells.
  const cellAt = useCallback(
    (row: number, at: number) => {
      const cell = lens.getState().cell(row, at);
      const share = cell && shareOfCell(cell, colour, vocabulary);
      return cell === null || share === null ? null : { share, text: tokenWord(tokenizer, cell.topId) };
    },
    [lens, colour, vocabulary, tokenizer, revision, asked],
  );
  const describe = (row: number, at: number) =>
    describeCell(lens.getState().cell(row, at), tokenizer, {
      layer: row,
      layers,
      column: at,
      after: ids[at] ?? null,
      next: ids[at + 1] ?? null,
      asked,
    });
  const see = useCallback(
    (range: { fromColumn: number; toColumn: number }) => lens.getState().see(range.fromColumn, range.toColumn),
    [lens],
  );
  return (
    <Heatmap
      label="Likeliest next token by layer and position"
      rowName="layer"
      columnName="position"
      rowLabels={rowLabels}
      columnLabels={columnLabels}
      cellAt={cellAt}
      describe={describe}
      tableWords={(row, at) => {
        const cell = lens.getState().cell(row, at);
        return cell === null ? 'not computed' : `${tokenWord(tokenizer, cell.topId)} ${valueWords(cell, colour)}`;
      }}
      scale={scaleOf(colour, asked === null ? 'the asked token' : tokenWord(tokenizer, asked), vocabulary)}
      pending={probe.status !== 'ready'}
      bounds={SIZES[zoom]}
      head={HEADS[zoom]}
      column={column}
      selected={layer !== null && column !== null ? { row: layer, column } : null}
      onPick={({ row, column: at }) => lens.getState().pick(row, at)}
      onVisible={see}
      corner="after"
      pickWords="selects this position"
    >
      <label className={styles.colour}>
        <span className="visually-hidden">Colour</span>
        <select
          value={colour}
          onChange={event =>
            lens.getState().setColour(LENS_COLOURS.find(each => each === event.target.value) ?? 'likeliest')
          }
        >
          {LENS_COLOURS.map(each => (
            <option key={each} value={each}>
              Colour: {COLOUR_NAMES[each]}
            </option>
          ))}
        </select>
      </label>
      <Choice label="Size of the cells" value={zoom} options={ZOOMS} onChange={setZoom} />
    </Heatmap>
  );
}
