// One head, or the mean of a layer's heads, at all positions: who reads whom. Made tile by tile, with progress and a way to stop.
import { useCallback, useMemo, useState } from 'react';
import { formatCount, formatProbability } from '../../lib/format.ts';
import { useDocument, useModel, useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { Heatmap } from '../../ui/heatmap/Heatmap.tsx';
import { MIXER_MEANINGS, MIXER_NAMES } from '../shared/modelWords.ts';
import { choiceName } from '../shared/weightSteps.ts';
import styles from './Attention.module.css';
import { tokenWords } from './heads.ts';
import { MapStatus } from './MapStatus.tsx';
import { LOG_LEAST, type Scale, shareOfScale } from './mapScale.ts';
import type { AttentionMap } from './types.ts';
import { rowStart } from './types.ts';
import { useAttention, useAttentionStore } from './useAttention.ts';
import { useMixer } from './useMixer.ts';
import { useTokensOf } from './useTokensOf.ts';
import { exactWeight } from './words.ts';

const SCALES = [
  { value: 'log', label: 'Log', title: 'Colour by the logarithm of the weight' },
  { value: 'linear', label: 'Linear', title: 'Colour by the weight itself' },
] as const;

const BOUNDS = { minWidth: 3, maxWidth: 34, minHeight: 3, maxHeight: 34 };
const HEAD = { width: 84, height: 64 };

function MapPicture({ map }: { map: AttentionMap }) {
  const { document } = useStores();
  const tokens = useTokensOf(map.ids);
  const selected = useDocument(s => s.selected);
  const [scale, setScale] = useState<Scale>('log');
  const window = useModel(s =>
    s.load.status === 'ready' ? (s.load.model.anatomy.layers[map.layer]?.window ?? null) : null,
  );
  const T = map.ids.length;
  // Its row is what it reads, its column who reads it.
  const own = selected === 'end' ? T - 1 : selected < T ? selected : null;
  const labels = useMemo(() => tokens.map(tokenWords), [tokens]);
  const weightAt = useCallback(
    (row: number, column: number): number | null =>
      row >= map.rows ? null : column > row ? 0 : (map.weights[rowStart(row) + column] ?? 0),
    [map],
  );
  // The first position that a row sees.
  const edgeAt = useMemo(
    () => (window === null || window >= T ? null : (row: number) => Math.max(0, row + 1 - window)),
    [window, T],
  );
  const cellAt = useCallback(
    (row: number, column: number) => {
      const weight = weightAt(row, column);
      return weight === null ? null : { share: shareOfScale(weight, scale) };
    },
    [weightAt, scale],
  );
  const describe = (row: number, column: number) => {
    const weight = weightAt(row, column);
    const outside = edgeAt !== null && column < edgeAt(row);
    const value =
      column > row
        ? 'none, it comes later'
        : outside
          ? 'none, it is outside the window'
          : weight === null
            ? 'not computed yet'
            : exactWeight(weight);
    return {
      title: `${labels[row] ?? ''} (${row}) reads ${labels[column] ?? ''} (${column})`,
      facts: [['weight', value]] as const,
    };
  };
  return (
    <Heatmap
      label={`Attention map, ${choiceName(map)}`}
      rowName="reading token"
      columnName="read token"
      rowLabels={labels}
      columnLabels={labels}
      cellAt={cellAt}
      describe={describe}
      tableWords={(row, column) => {
        const weight = weightAt(row, column);
        return column > row ? '' : weight === null ? '…' : formatProbability(weight);
      }}
      scale={{
        label: 'attention weight, a row reads to the left',
        low: scale === 'log' ? `≤ ${formatProbability(LOG_LEAST)}` : '0 %',
        high: '100 %',
      }}
      pending={map.rows < T}
      bounds={BOUNDS}
      head={HEAD}
      height="max(260px, min(58dvh, 100dvh - 440px))"
      row={own}
      column={own}
      corner="reads →"
      pickWords="selects the token that reads"
      edgeAt={edgeAt}
      onPick={({ row }) => document.getState().selectToken(row)}
    >
      <Choice label="Colour scale" value={scale} options={SCALES} onChange={setScale} />
      {window !== null && (
        <span className={styles.note} data-testid="map-window">
          This layer sees a window of {formatCount(window)} positions{edgeAt ? ': the line on the left of it.' : '.'}
        </span>
      )}
    </Heatmap>
  );
}

export function MapPanel() {
  const map = useAttention(s => s.map);
  const noLayer = useAttention(s => s.choice.layer === null);
  const mixer = useMixer();
  const first = useModel(s => (s.load.status === 'ready' ? Math.max(0, s.load.model.mixers.indexOf('attention')) : 0));
  const attention = useAttentionStore();
  return (
    <ScrollPane more="More" className={styles.pane}>
      {noLayer ? (
        <div className={styles.empty}>
          <p>A map shows who reads whom in one layer: choose a layer above, and one head or the mean of its heads.</p>
          <Button onClick={() => attention.getState().choose({ layer: first, head: null })}>
            Begin with layer {first}
          </Button>
        </div>
      ) : mixer !== 'attention' ? (
        <p className={styles.empty}>
          This layer has no attention: a {MIXER_NAMES[mixer]} stands in its place. {MIXER_MEANINGS[mixer]}
        </p>
      ) : (
        <>
          <MapStatus />
          {map !== null && <MapPicture map={map} />}
        </>
      )}
    </ScrollPane>
  );
}
