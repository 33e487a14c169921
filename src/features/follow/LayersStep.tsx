// Step 3: the residual stream after each layer: how long it is, what attention and MLP add to it, how near it is to its end.
import { useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { EventOf } from '../../protocol/events.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { LinePlot } from '../../ui/plot/LinePlot.tsx';
import { LineSwatch } from '../../ui/plot/LineSwatch.tsx';
import type { PlotLine } from '../../ui/plot/lines.ts';
import type { Followed } from './followed.ts';
import { Exact } from './Parts.tsx';
import step from './Step.module.css';
import { largestAddition, streamFacts, sumGap } from './vectors.ts';
import { Waiting } from './Waiting.tsx';

const layerName = (layer: number) => (layer === 0 ? 'embedding' : `after layer ${layer - 1}`);

function Stream({ trace }: { trace: EventOf<'traced'> }) {
  const facts = useMemo(() => streamFacts(trace), [trace]);
  const { norms, attention, mlp, cosines } = facts;
  const lines = useMemo(
    (): PlotLine[] => [
      { key: 'stream', name: 'stream', look: 0, values: norms },
      { key: 'attention', name: 'attention adds', look: 1, values: attention },
      { key: 'mlp', name: 'MLP adds', look: 2, values: mlp },
    ],
    [norms, attention, mlp],
  );
  const near = useMemo((): PlotLine[] => [{ key: 'cosine', name: 'cosine', look: 'main', values: cosines }], [cosines]);
  const most = largestAddition(facts);
  const gap = useMemo(() => sumGap(trace), [trace]);
  const last = norms.length - 1;
  return (
    <>
      <p>
        The stream enters with a norm of <Exact value={norms[0] ?? 0}>{formatLogit(norms[0] ?? 0)}</Exact> and leaves
        the last layer with <Exact value={norms[last] ?? 0}>{formatLogit(norms[last] ?? 0)}</Exact>.
        {most && (
          <>
            {' '}
            The {most.part} of layer {most.layer - 1} adds the most:{' '}
            <Exact value={most.norm}>{formatLogit(most.norm)}</Exact>.
          </>
        )}{' '}
        Added up again, embedding and additions give the last state within{' '}
        <Exact value={gap}>{gap === 0 ? '0' : gap.toExponential(0)}</Exact>.
      </p>
      <LinePlot
        label="Norms by layer"
        lines={lines}
        x={{ label: 'layers passed', count: norms.length }}
        y={{ label: 'norm', scale: 'linear', format: formatLogit, tick: String }}
        pointName={layerName}
        aside={
          <span className={step.row}>
            {lines.map(({ key, name, look }) => (
              <span key={key} className={step.key}>
                <LineSwatch look={look} /> {name}
              </span>
            ))}
          </span>
        }
      />
      <p>
        The{' '}
        <Explain meaning="1 where two vectors point the same way, 0 where they have nothing in common, -1 where they are opposite.">
          cosine
        </Explain>{' '}
        between the stream and its last state says how far the way is done; the embedding starts at{' '}
        <Exact value={cosines[0] ?? 0}>{formatLogit(cosines[0] ?? 0)}</Exact>.
      </p>
      <LinePlot
        label="Cosine to the last state by layer"
        lines={near}
        x={{ label: 'layers passed', count: cosines.length }}
        y={{ label: 'cosine to the last state', scale: 'linear', to: 1, format: formatLogit, tick: String }}
        pointName={layerName}
        height={130}
      />
    </>
  );
}

export function LayersStep({ followed }: { followed: Followed }) {
  const { model, trace } = followed;
  const L = model ? formatCount(model.dims.n_layer) : 'some';
  return (
    <>
      <p>
        Each of the {L} layers reads the stream and adds to it twice: first what its{' '}
        <Explain meaning="Gathers from the tokens up to this one what the heads of the layer look for.">
          attention
        </Explain>{' '}
        brings from earlier tokens, then what its{' '}
        <Explain meaning="A small network of two matrices that works on each position by itself; most weights of a model are here.">
          MLP
        </Explain>{' '}
        makes of this position alone. Nothing is overwritten: the end is the embedding plus all additions.
      </p>
      {trace ? <Stream trace={trace} /> : <Waiting followed={followed} needs="vectors" what="what every layer adds" />}
    </>
  );
}
