// Every head at the selected position: the grid or its table, and the weights of the chosen one.
import { useState } from 'react';
import { useModel } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { HeatLegend } from '../../ui/heatmap/HeatLegend.tsx';
import { groupWords, isGrouped, layersNamed, layersWhere, MIXER_NAMES } from '../shared/modelWords.ts';
import styles from './Attention.module.css';
import { HeadGrid } from './HeadGrid.tsx';
import { HeadTable } from './HeadTable.tsx';
import { formatMeasure, MEASURE_MEANINGS, MEASURE_NAMES, MEASURES, type Measure, mostOf } from './measures.ts';
import { TextStrip } from './TextStrip.tsx';
import type { AttentionRow } from './types.ts';
import { WeightTable } from './WeightTable.tsx';

export function HeadsPanel({ row }: { row: AttentionRow }) {
  const [measure, setMeasure] = useState<Measure>('entropy');
  const [isTable, setTable] = useState(false);
  const model = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  const others = model ? layersWhere(model, (_, mixer) => mixer !== 'attention') : [];
  return (
    <ScrollPane more="Weights" className={styles.pane}>
      <TextStrip row={row} />
      <div className={styles.tools}>
        <label className={styles.pick}>
          Cells show
          <select
            value={measure}
            onChange={event => setMeasure(MEASURES.find(each => each === event.target.value) ?? 'entropy')}
          >
            {MEASURES.map(each => (
              <option key={each} value={each}>
                {MEASURE_NAMES[each]}
              </option>
            ))}
          </select>
        </label>
        <Button variant="quiet" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {isTable ? 'Show the picture' : 'Show as a table'}
        </Button>
      </div>
      {isTable ? (
        <HeadTable row={row} />
      ) : (
        <div className={styles.picture}>
          <HeadGrid row={row} measure={measure} />
          <div className={styles.key}>
            <HeatLegend
              scale={{
                label: MEASURE_NAMES[measure],
                low: measure === 'entropy' ? '0 bits' : '0 %',
                high: formatMeasure(mostOf(measure, row.position + 1), measure),
              }}
              pending={false}
            />
            <Explain
              meaning={`${MEASURE_MEANINGS[measure]} Bars: one a token from the first to this one, as high as the square root of its weight.`}
            >
              What cells show
            </Explain>
          </div>
        </div>
      )}
      {model && isGrouped(model.dims) && <p className={styles.note}>{groupWords(model.dims)}</p>}
      {model && others.length > 0 && (
        <p className={styles.note}>
          No attention in {layersNamed(others, model.dims.n_layer)}: there it is a{' '}
          {[...new Set(others.map(i => MIXER_NAMES[model.mixers[i] ?? 'attention']))].join(' or ')}.
        </p>
      )}
      <WeightTable row={row} />
    </ScrollPane>
  );
}
