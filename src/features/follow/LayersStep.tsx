// Step 3: the residual stream after each layer: how long it is, what attention and MLP add to it, how near it is to its end.
import { useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { LinePlot } from '../../ui/plot/LinePlot.tsx';
import type { PlotLine } from '../../ui/plot/lines.ts';
import {
  layersNamed,
  layersWhere,
  layerWords,
  MIXER_MEANINGS,
  MIXER_NAMES,
  NORM_MEANINGS,
} from '../shared/modelWords.ts';
import { largestAddition, streamFacts, sumGap } from '../shared/vectors.ts';
import type { Followed } from './followed.ts';
import { LineKeys } from './LineKeys.tsx';
import { MlpOfLayer } from './MlpOfLayer.tsx';
import { Exact } from './Parts.tsx';
import step from './Step.module.css';
import { Waiting } from './Waiting.tsx';

const layerName = (layer: number) => (layer === 0 ? 'embedding' : `after layer ${layer - 1}`);

function Stream({ trace, model }: { trace: EventOf<'traced'>; model: LoadedModel }) {
  const facts = useMemo(() => streamFacts(trace), [trace]);
  const { norms, attention, mlp, cosines } = facts;
  const kinds = [...new Set(model.mixers)];
  const mixes = kinds.map(kind => MIXER_NAMES[kind]).join(' or ');
  const lines = useMemo(
    (): PlotLine[] => [
      { key: 'stream', name: 'stream', look: 0, values: norms },
      { key: 'attention', name: `${mixes} adds`, look: 1, values: attention },
      { key: 'mlp', name: 'MLP adds', look: 2, values: mlp },
    ],
    [norms, attention, mlp, mixes],
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
            The {most.part === 'MLP' ? 'MLP' : MIXER_NAMES[model.mixers[most.layer - 1] ?? 'attention']} of layer{' '}
            {most.layer - 1} adds the most: <Exact value={most.norm}>{formatLogit(most.norm)}</Exact>.
          </>
        )}
        {model.anatomy.additive && (
          <>
            {' '}
            Added up again, embedding and additions give the last state within{' '}
            <Exact value={gap}>{gap === 0 ? '0' : gap.toExponential(0)}</Exact>.
          </>
        )}
      </p>
      <LinePlot
        label="Norms by layer"
        lines={lines}
        x={{ label: 'layers passed', count: norms.length }}
        y={{ label: 'norm', scale: 'linear', format: formatLogit, tick: String }}
        pointName={layerName}
        aside={<LineKeys lines={lines} />}
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

/** The layers that look back in another way than attention, by name. */
function OtherMixers({ model }: { model: LoadedModel }) {
  const others = [...new Set(model.mixers)].filter(mixer => mixer !== 'attention');
  return others.map(mixer => (
    <p key={mixer}>
      In{' '}
      {layersNamed(
        layersWhere(model, (_, each) => each === mixer),
        model.dims.n_layer,
      )}{' '}
      a <Explain meaning={MIXER_MEANINGS[mixer]}>{MIXER_NAMES[mixer]}</Explain> stands in the place of attention.
    </p>
  ));
}

export function LayersStep({ followed }: { followed: Followed }) {
  const { model, trace } = followed;
  const L = model ? formatCount(model.dims.n_layer) : 'some';
  const additive = model?.anatomy.additive ?? true;
  return (
    <>
      <p>
        Each of the {L} layers reads the stream and adds to it twice: what its{' '}
        <Explain meaning={MIXER_MEANINGS.attention}>attention</Explain> brings from earlier tokens, and what its{' '}
        <Explain meaning="A small network that works on each position by itself; most weights of a model are here.">
          MLP
        </Explain>{' '}
        makes of this position alone.{' '}
        {additive
          ? 'Nothing is overwritten: the end is the embedding plus all additions.'
          : 'This model adds them to the norm of the stream, so that each layer begins from numbers of one size.'}
      </p>
      {model && (
        <p className={step.note}>
          {layerWords(model)} <Explain meaning={NORM_MEANINGS[model.anatomy.norm]}>What the norm does</Explain>
        </p>
      )}
      {model && <OtherMixers model={model} />}
      {trace && model ? (
        <>
          <Stream trace={trace} model={model} />
          <MlpOfLayer trace={trace} model={model} />
        </>
      ) : (
        <Waiting followed={followed} needs="vectors" what="what every layer adds" />
      )}
    </>
  );
}
