// Step 2: the rows of the embedding and of the position, and their sum, which enters the layers.
import { useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { EventOf } from '../../protocol/events.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import type { Followed } from './followed.ts';
import { Token } from './Parts.tsx';
import step from './Step.module.css';
import { type StripVector, VectorStrip } from './VectorStrip.tsx';
import { norm, plus } from './vectors.ts';
import { Waiting } from './Waiting.tsx';

/** Numbers shown of each vector. */
const FIRST = 4;

function vectorsOf({ embedding, positional }: EventOf<'traced'>): StripVector[] {
  const token: StripVector = { key: 'token', name: 'token', values: embedding };
  if (positional.length === 0) return [token];
  return [
    token,
    { key: 'position', name: 'position', values: positional },
    { key: 'sum', name: 'sum', values: plus(embedding, positional) },
  ];
}

function Vectors({ trace, followed: { input, pass, tokenizer } }: { trace: EventOf<'traced'>; followed: Followed }) {
  const vectors = useMemo(() => vectorsOf(trace), [trace]);
  const channels = Array.from({ length: Math.min(FIRST, trace.embedding.length) }, (_, c) => c);
  const at = (vector: StripVector, c: number) => formatLogit(vector.values[c] ?? 0);
  const [token, position, sum] = vectors;
  const rowName = (key: string) => {
    if (key === 'token') return `wte[${input?.id ?? ''}]`;
    return key === 'position' ? `wpe[${pass?.position ?? ''}]` : 'sum';
  };
  return (
    <>
      <VectorStrip
        label="Embedding of the token, of its position, and their sum"
        vectors={vectors}
        scale="shared"
        {...(token && position && sum
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
              <tr key={vector.key} className={vector.key === 'sum' ? step.rest : undefined}>
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
          Every <Token id={input.id} tokenizer={tokenizer} /> of every text starts from the same row of wte.
          {position
            ? ' Only the position, and later attention, tell one from another.'
            : ' This model adds no vector for the position: positions enter inside attention.'}
        </p>
      )}
    </>
  );
}

export function EmbedStep({ followed }: { followed: Followed }) {
  const { model, trace } = followed;
  const C = model ? formatCount(model.dims.n_embd) : 'many';
  return (
    <>
      <p>
        The id picks one row of the{' '}
        <Explain meaning="A table with one learned vector for each token of the vocabulary: wte, V rows of C numbers.">
          embedding matrix
        </Explain>{' '}
        wte: {C} learned numbers that stand for the token. A second table, wpe, has a row for each position. Their sum
        is the{' '}
        <Explain meaning="The vector that belongs to one position and runs through all layers: every layer reads it and adds to it.">
          residual stream
        </Explain>{' '}
        as it enters the first layer.
      </p>
      {trace ? (
        <Vectors trace={trace} followed={followed} />
      ) : (
        <Waiting followed={followed} needs="vectors" what="both vectors and their sum" />
      )}
    </>
  );
}
