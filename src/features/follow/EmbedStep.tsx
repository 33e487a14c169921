// Step 2: the rows of the embedding and, where the model has them, of the position, and what of them enters the layers.
import { useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { Anatomy } from '../../model/ir/anatomy.ts';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { NORM_NAMES, positionWords, shortNumber } from '../shared/modelWords.ts';
import { norm, plus } from '../shared/vectors.ts';
import type { Followed } from './followed.ts';
import { Token } from './Parts.tsx';
import step from './Step.module.css';
import { type StripVector, VectorStrip } from './VectorStrip.tsx';
import { Waiting } from './Waiting.tsx';

/** Numbers shown of each vector. */
const FIRST = 4;

function vectorsOf({ embedding, positional, residual }: EventOf<'traced'>, anatomy: Anatomy): StripVector[] {
  const token: StripVector = { key: 'token', name: 'token', values: embedding };
  const entering = { key: 'stream', name: 'stream', values: residual.subarray(0, embedding.length) };
  const changed = anatomy.embeddingFactor !== 1 || anatomy.embeddingNorm;
  if (positional.length === 0) return changed ? [token, entering] : [token];
  const position: StripVector = { key: 'position', name: 'position', values: positional };
  if (changed) return [token, position, entering];
  return [token, position, { key: 'sum', name: 'sum', values: plus(embedding, positional) }];
}

/** What becomes of the rows before they enter the first layer, in a sentence. */
function enteringWords({ positionTable, embeddingFactor, embeddingNorm, norm }: Anatomy): string {
  const rows = positionTable === null ? 'The row' : 'Their sum';
  const factor = embeddingFactor === 1 ? '' : `, multiplied by ${shortNumber(embeddingFactor)},`;
  const through = embeddingNorm ? ` goes through ${norm === 'rmsnorm' ? 'an' : 'a'} ${NORM_NAMES[norm]} and` : '';
  return `${rows}${factor}${through} is the `;
}

interface VectorsProps {
  trace: EventOf<'traced'>;
  model: LoadedModel;
  followed: Followed;
}

function Vectors({ trace, model, followed: { input, pass, tokenizer } }: VectorsProps) {
  const { anatomy } = model;
  const vectors = useMemo(() => vectorsOf(trace, anatomy), [trace, anatomy]);
  const channels = Array.from({ length: Math.min(FIRST, trace.embedding.length) }, (_, c) => c);
  const at = (vector: StripVector, c: number) => formatLogit(vector.values[c] ?? 0);
  const [token, position, sum] = vectors;
  const adds = sum?.key === 'sum';
  const rowName = (key: string) => {
    if (key === 'token') return `${anatomy.idTable}[${input?.id ?? ''}]`;
    if (key !== 'position') return key;
    return `${anatomy.positionTable}[${pass ? pass.position + anatomy.firstPosition : ''}]`;
  };
  return (
    <>
      <VectorStrip
        label={stripLabel(vectors)}
        vectors={vectors}
        scale={vectors.some(({ key }) => key === 'stream') ? 'own' : 'shared'}
        {...(token && position && sum && adds
          ? { reading: (c: number) => `${at(token, c)} + ${at(position, c)} = ${at(sum, c)}` }
          : {})}
      />
      <div className={step.scroll}>
        <table className={step.table} aria-label="First numbers and norms">
          <thead>
            <tr>
              <th scope="col">row</th>
              {channels.map(c => (
                <th key={c} scope="col" className="num">
                  {c}
                </th>
              ))}
              <td>…</td>
              <th scope="col">
                <Explain meaning="The length of the vector: the root of the sum of the squares of its numbers.">
                  norm
                </Explain>
              </th>
            </tr>
          </thead>
          <tbody>
            {vectors.map(vector => (
              <tr key={vector.key} className={vector.key === 'sum' || vector.key === 'stream' ? step.rest : undefined}>
                <th scope="row" className="mono">
                  {rowName(vector.key)}
                </th>
                {channels.map(c => (
                  <td key={c} className="num" title={String(vector.values[c] ?? 0)}>
                    {at(vector, c)}
                  </td>
                ))}
                <td />
                <td className="num" title={String(norm(vector.values))}>
                  {formatLogit(norm(vector.values))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {input && (
        <p className={step.note}>
          Every <Token id={input.id} tokenizer={tokenizer} /> of every text starts from the same row of{' '}
          {anatomy.idTable}.
          {anatomy.positionTable === null
            ? ` This model adds no vector for the position. ${positionWords(model)}`
            : ' Only the position, and later attention, tell one from another.'}
        </p>
      )}
    </>
  );
}

const STRIP_LABELS: Readonly<Record<string, string>> = {
  token: 'Embedding of the token',
  position: 'of its position',
  sum: 'and their sum',
  stream: 'and the stream as it enters the first layer',
};
const stripLabel = (vectors: readonly StripVector[]): string =>
  vectors.map(({ key }) => STRIP_LABELS[key] ?? key).join(', ');

export function EmbedStep({ followed }: { followed: Followed }) {
  const { model, trace } = followed;
  const C = model ? formatCount(model.dims.n_embd) : 'many';
  const anatomy = model?.anatomy ?? null;
  return (
    <>
      <p>
        The id picks one row of the{' '}
        <Explain
          meaning={`A table with one learned vector for each token of the vocabulary: V rows of C numbers${anatomy ? `, ${anatomy.idTable} in the checkpoint` : ''}.`}
        >
          embedding matrix
        </Explain>{' '}
        {anatomy?.idTable}: {C} learned numbers that stand for the token.
        {anatomy && anatomy.positionTable !== null && (
          <>
            {' '}
            A second table, {anatomy.positionTable}, has a row for each position
            {anatomy.firstPosition > 0 && <>, position 0 in row {anatomy.firstPosition}</>}.
          </>
        )}{' '}
        {anatomy ? enteringWords(anatomy) : 'It begins the '}
        <Explain meaning="The vector that belongs to one position and runs through all layers: every layer reads it and adds to it.">
          residual stream
        </Explain>{' '}
        as it enters the first layer.
      </p>
      {trace && model ? (
        <Vectors trace={trace} model={model} followed={followed} />
      ) : (
        <Waiting followed={followed} needs="vectors" what="these vectors" />
      )}
    </>
  );
}
