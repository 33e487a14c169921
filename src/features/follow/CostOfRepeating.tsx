// What each repetition costs: the formula over positions, and what the cache of keys and values saves, measured on this machine.

import { useMemo } from 'react';
import { formatBytes, formatCount, formatDuration, formatLogit, formatParameters } from '../../lib/format.ts';
import { mostOf } from '../../lib/most.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import { useDocument } from '../../stores/react.ts';
import { Bar } from '../../ui/controls/Bar.tsx';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Progress } from '../../ui/controls/Progress.tsx';
import { LinePlot } from '../../ui/plot/LinePlot.tsx';
import type { PlotLine } from '../../ui/plot/lines.ts';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { cachedNumbers, costAt, formatMs, spread, windowsOf } from './cost.ts';
import type { Followed } from './followed.ts';
import { LineKeys } from './LineKeys.tsx';
import { Exact } from './Parts.tsx';
import step from './Step.module.css';
import { lengthsOf } from './types.ts';
import { useFollow, useFollowStore } from './useFollow.ts';

const POINTS = 65;
/** Bytes of a number in the cache. */
const BYTES = 4;

function Formula({ model, position }: { model: LoadedModel; position: number }) {
  const { work, dims } = model;
  const { n_head, head_size, n_ctx } = dims;
  const windows = useMemo(() => windowsOf(model), [model]);
  const attends = windows.length;
  const windowed = windows.filter(window => window !== null).length;
  const xs = useMemo(() => spread(n_ctx, POINTS), [n_ctx]);
  const lines = useMemo((): PlotLine[] => {
    const costs = xs.map(at => costAt(work, windows, at));
    return [
      { key: 'uncached', name: 'all computed again', look: 1, values: costs.map(each => each.uncached) },
      { key: 'cached', name: 'with the cache', look: 0, values: costs.map(each => each.cached) },
      { key: 'attention', name: 'of it attention', look: 2, values: costs.map(each => each.attention) },
    ];
  }, [xs, work, windows]);
  const here = costAt(work, windows, position);
  const count = (value: number) => <Exact value={value}>{formatParameters(value)}</Exact>;
  // The point nearest to the position that is followed.
  const marked = xs.reduce(
    (best, x, i) => (Math.abs(x - position) < Math.abs((xs[best] ?? 0) - position) ? i : best),
    0,
  );
  return (
    <>
      <p>
        The arithmetic of one token is counted in{' '}
        <Explain meaning="One multiplication and one addition: a weight times a number, added to a sum.">
          multiply-adds
        </Explain>
        . Most of it is the same everywhere, since every weight is used once; attention grows with each token that is
        looked at.
      </p>
      <div className={step.formula}>
        <div>
          weights: layers {count(work.body)} + head {count(work.head)} = {count(here.weights)}
        </div>
        <div>
          attention: 2 · {attends === dims.n_layer ? 'layers' : 'layers with attention'} · heads · head size = 2 ·{' '}
          {attends} · {n_head} · {head_size} = <span className="num">{formatCount(work.attention)}</span> a position
          {windowed > 0 && `, ${windowed === attends ? 'all' : `${windowed}`} of these layers within a window`}
        </div>
        <div>
          at position {position}: {count(here.weights)} +{' '}
          {windowed === 0
            ? `${formatCount(position + 1)} · ${formatCount(work.attention)}`
            : formatCount(here.attention)}{' '}
          = {count(here.cached)}
        </div>
        <div>
          without the cache: {count(here.uncached)}, <span className="num">{times(here.uncached / here.cached)}</span>
        </div>
      </div>
      <LinePlot
        label="Multiply-adds by position"
        lines={lines}
        x={{ label: 'position', count: xs.length, values: xs }}
        y={{ label: 'multiply-adds for one token', scale: 'log', format: formatParameters }}
        marked={marked}
        aside={<LineKeys lines={lines} />}
      />
      <p>
        The{' '}
        <Explain meaning="Keys and values of all positions so far, kept on the GPU: later tokens look at them and never change them.">
          KV cache
        </Explain>{' '}
        holds {formatCount(cachedNumbers(dims, attends))} numbers ({formatBytes(BYTES * cachedNumbers(dims, attends))})
        for each position
        {dims.n_kv_head < n_head && (
          <>
            : {dims.n_kv_head} key heads serve {n_head} query heads
          </>
        )}
        .{attends < dims.n_layer && <> Layers without attention keep a state of their own instead.</>} Without it, every
        token of the text would be computed again for each new one.
      </p>
    </>
  );
}

/** `12 times`, `1.4 times`. */
function times(ratio: number): string {
  return `${ratio >= 9.95 ? formatCount(ratio) : ratio.toFixed(1)} times as much`;
}

function Measured() {
  const follow = useFollowStore();
  const measured = useFollow(s => s.measured);
  const task = useFollow(s => s.measuring);
  const tokens = useDocument(s => s.tokens.length);
  const revision = useDocument(s => s.revision);
  const enough = lengthsOf(tokens).length > 0;
  const seconds = follow.getState().secondsToMeasure();
  const working = task.status === 'working';
  const slowest = mostOf(measured?.lengths.map(each => each.uncachedMs) ?? [], 1e-9);
  return (
    <>
      <p>
        Measured here: the time of one token when keys and values of the others are cached, and when all of them are
        computed again. Medians of several passes.
      </p>
      <div className={step.row}>
        {working ? (
          <Button icon="stop" onClick={() => follow.getState().stopMeasuring()}>
            Stop measuring
          </Button>
        ) : (
          <Button disabled={!enough} onClick={() => follow.getState().measure()}>
            {measured ? 'Measure again' : 'Measure on this text'}
          </Button>
        )}
        {enough && !working && seconds >= 1 && (
          <span className={step.note}>It takes about {formatDuration(1000 * seconds)}.</span>
        )}
        {!enough && <span className={step.note}>It takes a text of two tokens or more.</span>}
        {working && (
          <span className={step.grow}>
            <Progress label="Measuring" share={task.total === 0 ? null : task.done / task.total}>
              {task.done} of {task.total} lengths
            </Progress>
          </span>
        )}
        {task.status === 'stopped' && <span className={step.note}>Stopped; what was measured stays.</span>}
      </div>
      {task.status === 'failed' && task.error && (
        <ErrorNotice error={task.error} retry={() => follow.getState().measure()} />
      )}
      {measured && measured.lengths.length > 0 && (
        <>
          <div className={step.scroll}>
            <table className={step.table} aria-label="One token with and without the cache">
              <thead>
                <tr>
                  <th scope="col">tokens</th>
                  <th scope="col">cached</th>
                  <th scope="col">not cached</th>
                  <td className={step.bar} />
                  <th scope="col">ratio</th>
                  <th scope="col">
                    <Explain meaning="The largest difference between the log-probabilities of both ways: the cache saves work and changes nothing.">
                      differ by
                    </Explain>
                  </th>
                </tr>
              </thead>
              <tbody>
                {measured.lengths
                  .toSorted((a, b) => a.length - b.length)
                  .map(({ length, cachedMs, uncachedMs, difference }) => (
                    <tr key={length}>
                      <th scope="row" className="num">
                        {formatCount(length)}
                      </th>
                      <td className="num" title={`${cachedMs} ms`}>
                        {formatMs(cachedMs)}
                      </td>
                      <td className="num" title={`${uncachedMs} ms`}>
                        {formatMs(uncachedMs)}
                      </td>
                      <td className={step.bar}>
                        <Bar share={uncachedMs / slowest} tone="muted" />
                        <Bar share={cachedMs / slowest} tone="after" />
                      </td>
                      <td className="num" title={String(uncachedMs / cachedMs)}>
                        {(uncachedMs / cachedMs).toFixed(1)} ×
                      </td>
                      <td className="num" title={String(difference)}>
                        {formatLogit(difference)}
                      </td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </div>
          <p className={step.note}>
            Bars: not cached above, cached below.
            {measured.revision !== revision && (
              <> Measured on an earlier text of {formatCount(measured.tokens)} tokens.</>
            )}
          </p>
        </>
      )}
    </>
  );
}

export function CostOfRepeating({ followed: { model, pass } }: { followed: Followed }) {
  if (!model) return null;
  return (
    <>
      <h3>What each repetition costs</h3>
      <Formula model={model} position={pass?.position ?? 0} />
      <Measured />
    </>
  );
}
