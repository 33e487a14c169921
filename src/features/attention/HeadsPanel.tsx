// Every head at the selected position: the grid or its table, and the weights of the chosen one.
import { useState } from 'react';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { HeatLegend } from '../../ui/heatmap/HeatLegend.tsx';
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
      <WeightTable row={row} />
    </ScrollPane>
  );
}
