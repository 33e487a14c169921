// The columns: what is asked of each, their texts with the first difference marked, and how far their rows are apart at each token.
import { useMemo } from 'react';
import { labelOf } from '../../stores/document/branches.ts';
import { isHere } from '../../stores/model/under-way.ts';
import { useDocument, useGeneration, useModel } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { keyLabel } from '../../ui/controls/keys.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import pane from '../shared/Pane.module.css';
import { ColumnCard } from './ColumnCard.tsx';
import styles from './Compare.module.css';
import { DistanceTable } from './DistanceTable.tsx';
import { firstDifferences } from './measures.ts';
import { PlaceView } from './PlaceView.tsx';
import { MOST_COLUMNS } from './types.ts';
import { useCompare, useCompareStore } from './useCompare.ts';

/** Another model would take the place of the one in use: asked before. */
function SwapQuestion() {
  const store = useCompareStore();
  const asking = useCompare(s => s.asking);
  const keepRows = useCompare(s => s.keepRows);
  if (asking === null) return null;
  return (
    <Notice
      tone="hint"
      action={
        <>
          <Button variant="primary" onClick={() => void store.getState().answer(true)}>
            Change models
          </Button>
          <Button variant="quiet" onClick={() => void store.getState().answer(false)}>
            Not now
          </Button>
        </>
      }
    >
      One model fits in memory at a time. {asking.back} makes room for {asking.models.join(', then ')}, and comes back
      afterwards. Of the one that leaves, each token keeps its 25 likeliest candidates and the sum over all.
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={keepRows}
          onChange={event => store.getState().setKeepRows(event.target.checked)}
        />
        Keep whole rows too, so that divergences between models are exact
      </label>
    </Notice>
  );
}

function AddBranch({ disabled }: { disabled: boolean }) {
  const store = useCompareStore();
  const branches = useDocument(s => s.branches);
  if (branches.length < 2) return null;
  return (
    <select
      aria-label="Add a branch as a column"
      value=""
      disabled={disabled}
      onChange={event => store.getState().addBranch(Number(event.target.value))}
    >
      <option value="" disabled>
        Add a branch…
      </option>
      {branches.map(branch => (
        <option key={branch.id} value={branch.id}>
          {labelOf(branch)}
        </option>
      ))}
    </select>
  );
}

const STOP_WORDS = {
  columns: 'Stop columns',
  rows: 'Stop fetching rows',
  stopping: 'Stopping…',
  back: 'Bringing the model back…',
} as const;

function Controls() {
  const store = useCompareStore();
  const working = useCompare(s => s.working);
  const columns = useCompare(s => s.columns);
  const ready = useModel(isHere);
  const running = useGeneration(s => isRunning(s.status));
  const full = columns.length >= MOST_COLUMNS;
  return (
    <div className={styles.controls}>
      <Button icon="plus" disabled={full} onClick={() => store.getState().add()}>
        Add a column
      </Button>
      <AddBranch disabled={full} />
      {working === 'no' ? (
        <Button
          variant="primary"
          icon="run"
          disabled={!ready || running}
          onClick={() => void store.getState().run(columns.map(({ id }) => id))}
        >
          Run all columns
        </Button>
      ) : (
        <Button
          variant="primary"
          icon="stop"
          shortcut={keyLabel('Esc')}
          disabled={working === 'stopping' || working === 'back'}
          onClick={() => store.getState().stop()}
        >
          {STOP_WORDS[working]}
        </Button>
      )}
    </div>
  );
}

export function Columns() {
  const store = useCompareStore();
  const columns = useCompare(s => s.columns);
  const reference = useCompare(s => s.reference);
  const place = useCompare(s => s.place);
  const working = useCompare(s => s.working);
  const error = useCompare(s => s.error);
  const at = columns.findIndex(({ id }) => id === reference);
  const differences = useMemo(
    () =>
      firstDifferences(
        columns.map(({ result }) => result),
        at,
      ),
    [columns, at],
  );
  const shown = columns.filter(({ result }) => (result?.tokens.length ?? 0) > 0).length;
  return (
    <>
      <Controls />
      <SwapQuestion />
      {error && <ErrorNotice error={error} retry={() => void store.getState().measure()} />}
      {shown === 0 && working === 'no' && (
        <p className={pane.words}>
          Each column goes on from the text with settings, a seed, a prompt or a model of its own, or shows a branch.
          Where they part is marked, and at every token you see how far their distributions are apart.
        </p>
      )}
      <ol className={pane.cards}>
        {columns.map((column, i) => (
          <li key={column.id}>
            <ColumnCard
              column={column}
              number={i + 1}
              isReference={column.id === reference}
              reference={at < 0 ? null : (columns[at]?.result ?? null)}
              parts={shown < 2 ? null : (differences[i] ?? null)}
              place={place}
              only={columns.length === 1}
            />
          </li>
        ))}
      </ol>
      {place !== null && <PlaceView place={place} />}
      {shown > 1 && <DistanceTable />}
    </>
  );
}
