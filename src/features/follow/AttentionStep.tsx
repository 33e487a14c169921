// Step 4: where the row looks back: the strongest head of every layer, and one head's weights on the text.
import { useMemo, useState } from 'react';
import { formatCount, formatProbability } from '../../lib/format.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { BarScaleSwitch } from '../shared/BarScaleSwitch.tsx';
import { headWeights, type Look, mostLookedAt, strongestLooks } from '../shared/looks.ts';
import {
  groupWords,
  isGrouped,
  keyHeadOf,
  layersNamed,
  layersWhere,
  positionWords,
  scoreWords,
} from '../shared/modelWords.ts';
import { ShareBar } from '../shared/ShareBar.tsx';
import { WEIGHT_ENDS, WEIGHT_LABELS } from '../shared/weightSteps.ts';
import styles from './AttentionStep.module.css';
import type { Followed } from './followed.ts';
import { PaintedText } from './PaintedText.tsx';
import { TableBeside, Token } from './Parts.tsx';
import step from './Step.module.css';
import { Waiting } from './Waiting.tsx';

/** Positions in the table of one head. */
const LISTED = 8;

const FIRST = [
  { value: 'without', label: 'without the first token' },
  { value: 'with', label: 'with it' },
] as const;

interface LooksProps {
  attention: EventOf<'attention'>;
  followed: Followed;
  model: LoadedModel;
}

function Looks({ attention, followed, model }: LooksProps) {
  const { tokens, tokenizer } = followed;
  const { n_head } = model.dims;
  const [first, setFirst] = useState<'with' | 'without'>('without');
  const [chosen, setChosen] = useState<number | null>(null);
  const grouped = isGrouped(model.dims);
  const looks = useMemo(
    () =>
      strongestLooks(attention, n_head, first === 'with').filter(({ layer }) => model.mixers[layer] === 'attention'),
    [attention, n_head, first, model],
  );
  // Unless a layer was chosen, the one with the strongest look of all.
  const strongest = looks.reduce<Look | undefined>((a, b) => (a && a.weight >= b.weight ? a : b), undefined);
  const look = looks.find(({ layer }) => layer === chosen) ?? strongest;
  if (!look) return null;
  const weights = headWeights(attention, n_head, look.layer, look.head);
  const idAt = (at: number) => tokens[at]?.id ?? 0;
  return (
    <>
      {attention.position > 0 && (
        <div className={step.row}>
          <span className={step.note}>
            The strongest look,{' '}
            <Explain meaning="Many heads rest on the first token when they find nothing to gather, as an attention sink: their weights have to sum to 1 and must go somewhere.">
              counted
            </Explain>
          </span>
          <Choice label="Whether the first token counts" value={first} options={FIRST} onChange={setFirst} />
        </div>
      )}
      <table className={step.table} aria-label="The strongest head of every layer">
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">head</th>
            {grouped && <th scope="col">key head</th>}
            <th scope="col">looks at</th>
            <th scope="col">position</th>
            <th scope="col" className={step.bar}>
              weight
            </th>
            <td>
              <BarScaleSwitch />
            </td>
          </tr>
        </thead>
        <tbody>
          {looks.map(({ layer, head, at, weight }) => (
            <tr key={layer} aria-current={layer === look.layer || undefined}>
              <th scope="row">
                <button
                  type="button"
                  className={styles.layer}
                  aria-pressed={layer === look.layer}
                  aria-label={`Show layer ${layer} on the text`}
                  onClick={() => setChosen(layer)}
                >
                  {layer}
                </button>
              </th>
              <td className="num">{head}</td>
              {grouped && <td className="num">{keyHeadOf(model.dims, head)}</td>}
              <td className={styles.text}>
                <Token id={idAt(at)} tokenizer={tokenizer} />
              </td>
              <td className="num">{at}</td>
              <td className={step.bar}>
                <ShareBar share={weight} largest={strongest?.weight ?? 0} tone="muted" />
              </td>
              <td className="num" title={String(weight)}>
                {formatProbability(weight)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>
        Layer {look.layer}, head {look.head} on the text
      </h3>
      {(model.anatomy.layers[look.layer]?.window ?? Number.POSITIVE_INFINITY) <= attention.position && (
        <p className={step.note}>
          This layer sees a window of {formatCount(model.anatomy.layers[look.layer]?.window ?? 0)} positions: those
          before position {attention.position + 1 - (model.anatomy.layers[look.layer]?.window ?? 0)} are out of its
          sight.
        </p>
      )}
      <PaintedText tokens={tokens} weights={weights} />
      <TableBeside
        aside={
          <ul className={styles.legend} aria-label="Weight">
            {WEIGHT_LABELS.map((words, i) => (
              <li key={words} title={words}>
                <span data-step={i} />
                <span className="visually-hidden">{words}</span>
              </li>
            ))}
            <li className={styles.ends}>
              weight, {WEIGHT_ENDS[0]} to {WEIGHT_ENDS[1]}
            </li>
          </ul>
        }
      >
        <table className={step.table} aria-label={`What layer ${look.layer}, head ${look.head} looks at`}>
          <thead>
            <tr>
              <th scope="col">position</th>
              <th scope="col">token</th>
              <th scope="col">weight</th>
            </tr>
          </thead>
          <tbody>
            {mostLookedAt(weights, LISTED).map(({ at, weight }) => (
              <tr key={at}>
                <th scope="row" className="num">
                  {at}
                </th>
                <td>
                  <Token id={idAt(at)} tokenizer={tokenizer} />
                </td>
                <td className="num" title={String(weight)}>
                  {formatProbability(weight)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBeside>
    </>
  );
}

export function AttentionStep({ followed }: { followed: Followed }) {
  const { model, attention } = followed;
  const heads = model ? formatCount(model.dims.n_head) : 'several';
  const attends = model ? layersWhere(model, (_, mixer) => mixer === 'attention') : [];
  const where = model ? layersNamed(attends, model.dims.n_layer) : 'every layer';
  return (
    <>
      <p>
        Attention is how positions see each other. In {where}, {heads} heads compare the{' '}
        <Explain meaning="What the position asks for: a vector made from its stream, one for each head.">query</Explain>{' '}
        of this position with the{' '}
        <Explain meaning="What a position offers to be found by: a vector for each head, kept in the cache.">
          keys
        </Explain>{' '}
        of all positions up to it. A softmax makes weights that sum to 1, and the head brings home the{' '}
        <Explain meaning="What a position gives when it is looked at: a vector for each head, kept in the cache.">
          values
        </Explain>{' '}
        of those positions, so weighted.
      </p>
      {model && (
        <p className={step.note} data-testid="follow-attention">
          {[groupWords(model.dims), positionWords(model), ...scoreWords(model)].join(' ')}
        </p>
      )}
      {attention && model ? (
        <Looks attention={attention} followed={followed} model={model} />
      ) : (
        <Waiting followed={followed} needs="vectors" what="where every layer looks" />
      )}
      <p className={step.note}>
        A large weight says where a head looked, not what it changed: that is the size of what it brought home, and
        switching it off.
      </p>
    </>
  );
}
