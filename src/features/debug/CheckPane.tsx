// Every op of the open model beside the float64 oracle: how far apart, and where most.
import { useState } from 'react';
import type { DebugCheck } from '../../protocol/debug.ts';
import { modelItself } from '../../stores/model/under-way.ts';
import { useDocument, useModel } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import styles from './Debug.module.css';
import { useCheck } from './useCheck.ts';

/** f32 arithmetic leaves about 1e-13 in a layer; a forgotten term leaves more than 1e-4. */
const BOUND = 1e-10;
/** Tokens at most: as many as the kernels of a decode step take, and a tile. */
const MOST = { row: 4, tile: 16 } as const;
const KERNELS = [
  { value: 'row', label: 'of a decode step (4 tokens)' },
  { value: 'tile', label: 'of many rows (16 tokens)' },
] as const;

const isClose = ({ nmse }: DebugCheck): boolean => nmse < BOUND;

function CheckTable({ checks }: { checks: readonly DebugCheck[] }) {
  return (
    <table className={styles.table} aria-label="Ops beside the oracle">
      <thead>
        <tr>
          <th>op</th>
          <th>shape</th>
          <th title="Mean squared error over the mean square of the oracle's numbers">NMSE</th>
          <th>farthest</th>
          <th>GPU</th>
          <th>oracle</th>
        </tr>
      </thead>
      <tbody>
        {checks.map(check => (
          <tr key={check.label} data-close={isClose(check)}>
            <th scope="row">{check.label}</th>
            <td>{check.shape.join(' x ')}</td>
            <td>{check.nmse.toExponential(1)}</td>
            <td>{`${check.worst.row}, ${check.worst.column}`}</td>
            <td>{check.worst.got.toPrecision(7)}</td>
            <td>{check.worst.wanted.toPrecision(7)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How many ops agree, in a sentence. */
function Outcome({ checks }: { checks: readonly DebugCheck[] }) {
  const far = checks.filter(check => !isClose(check));
  if (checks.length === 0) return null;
  const [first] = far;
  if (first === undefined) return <Notice tone="hint">{`All ${checks.length} ops agree with the oracle.`}</Notice>;
  return (
    <Notice tone="bad">{`${far.length} of ${checks.length} ops differ from the oracle, the first of them ${first.label}.`}</Notice>
  );
}

export function CheckPane() {
  const load = useModel(modelItself);
  const layers = load.status === 'ready' ? load.model.dims.n_layer : 0;
  const isEmpty = useDocument(s => s.tokens.length === 0);
  const [kernels, setKernels] = useState<keyof typeof MOST>('row');
  const [layer, setLayer] = useState<number | null>(null);
  const { state, run, stop } = useCheck();
  const isWorking = state.status === 'working';
  const checks = 'checks' in state ? state.checks : [];
  const only = (most: keyof typeof MOST, one: number | null) => {
    setKernels(most);
    setLayer(one);
    run(MOST[most], one);
  };
  return (
    <section className={styles.pane}>
      <p className={styles.words}>
        The first tokens of the text run on the GPU and in the oracle, in 64 bits, with the weights as they lie on the
        GPU. The oracle starts each layer from the GPU’s own stream: a difference belongs to the op that shows it, or to
        one before it in the same layer.
      </p>
      <div className={styles.controls}>
        <Choice label="Kernels" value={kernels} options={KERNELS} onChange={setKernels} />
        <label>
          Layer{' '}
          <select
            value={layer ?? ''}
            onChange={event => setLayer(event.target.value === '' ? null : Number(event.target.value))}
          >
            <option value="">all</option>
            {Array.from({ length: layers }, (_, i) => i).map(i => (
              <option key={i} value={i}>
                {i}
              </option>
            ))}
          </select>
        </label>
        {isWorking ? (
          <Button onClick={stop}>Stop</Button>
        ) : (
          <Button variant="primary" disabled={layers === 0 || isEmpty} onClick={() => run(MOST[kernels], layer)}>
            Check against the oracle
          </Button>
        )}
        {isWorking && (
          <span role="status">{state.of === 0 ? 'Waiting for the worker' : `${state.done} of ${state.of}`}</span>
        )}
      </div>
      {layers === 0 && <Notice tone="hint">No model is open.</Notice>}
      {layers > 0 && isEmpty && <Notice tone="hint">The text is empty: there is no token to check.</Notice>}
      {state.status === 'failed' && <Notice tone="bad">{state.text}</Notice>}
      {state.status === 'refused' && (
        <Notice
          tone="warn"
          action={
            <>
              {kernels === 'tile' && <Button onClick={() => only('row', layer)}>Take 4 tokens</Button>}
              {layer === null && <Button onClick={() => only(kernels, 0)}>Check layer 0 alone</Button>}
            </>
          }
        >
          {`This takes ${(state.work / 1e9).toFixed(1)} thousand million multiply-adds in the oracle, which does ${state.limit / 1e9} at most.`}
        </Notice>
      )}
      {(state.status === 'ready' || state.status === 'stopped') && <Outcome checks={checks} />}
      {checks.length > 0 && <CheckTable checks={checks} />}
    </section>
  );
}
