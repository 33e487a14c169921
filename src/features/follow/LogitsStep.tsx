// Step 5: the final state against the rows of the head: one dot product for every token of the vocabulary.
import { useMemo } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { EventOf } from '../../protocol/events.ts';
import type { RankedRow } from '../../sampling/row.ts';
import { Explain } from '../../ui/Explain.tsx';
import type { Followed } from './followed.ts';
import { LogitHistogram } from './LogitHistogram.tsx';
import { Exact, Token } from './Parts.tsx';
import step from './Step.module.css';
import { softmaxOf } from './softmax.ts';
import { VectorStrip } from './VectorStrip.tsx';
import { dot, norm, times } from './vectors.ts';
import { Waiting } from './Waiting.tsx';

/** Tokens listed. */
const LISTED = 8;

/** The final state; where the head is the embedding, the dot product with the row that is here anyway, number by number. */
function Product({ trace, row, followed }: { trace: EventOf<'traced'>; row: RankedRow | null; followed: Followed }) {
  const { input, model, tokenizer } = followed;
  const tied = model?.tied === true && input !== null;
  const vectors = useMemo(
    () => [
      { key: 'final', name: 'final state', values: trace.final },
      ...(tied
        ? [
            { key: 'row', name: 'row of the head', values: trace.embedding },
            { key: 'product', name: 'product', values: times(trace.final, trace.embedding) },
          ]
        : []),
    ],
    [trace, tied],
  );
  const [final, head, product] = vectors;
  const at = (values: ArrayLike<number> | undefined, c: number) => formatLogit(values?.[c] ?? 0);
  const sum = dot(trace.final, trace.embedding);
  return (
    <>
      {tied ? (
        <p>
          Here for <Token id={input.id} tokenizer={tokenizer} />, the token that went in. This model's head is its
          embedding matrix (the weights are tied), so its row is the one of step 2: the products below sum to{' '}
          <Exact value={sum}>{formatLogit(sum)}</Exact>
          {row && (
            <>
              {' '}
              and the model's logit for it is{' '}
              <Exact value={row.logits[input.id] ?? Number.NaN}>
                {formatLogit(row.logits[input.id] ?? Number.NaN)}
              </Exact>
            </>
          )}
          .
        </p>
      ) : (
        <p>
          The final state, after the last norm, has a norm of{' '}
          <Exact value={norm(trace.final)}>{formatLogit(norm(trace.final))}</Exact>.
        </p>
      )}
      <VectorStrip
        label={tied ? 'Final state, a row of the head, and their product' : 'Final state'}
        vectors={vectors}
        scale="own"
        {...(head && product
          ? {
              reading: (c: number) => `${at(final?.values, c)} × ${at(head.values, c)} = ${at(product.values, c)}`,
            }
          : {})}
      />
    </>
  );
}

function TopLogits({ row, followed }: { row: RankedRow; followed: Followed }) {
  const { output, tokenizer } = followed;
  const lines = useMemo(() => softmaxOf(row, LISTED, output?.id ?? null).lines, [row, output]);
  return (
    <>
      <h3>The logits</h3>
      <LogitHistogram row={row} output={output} />
      <table className={step.table} aria-label="Largest logits">
        <thead>
          <tr>
            <th scope="col">rank</th>
            <th scope="col" className={step.start}>
              token
            </th>
            <th scope="col">logit</th>
            <th scope="col">below the largest</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ id, rank, logit, shifted }) => (
            <tr key={id} aria-current={id === output?.id || undefined}>
              <th scope="row" className="num">
                {formatCount(rank)}
              </th>
              <td className={step.start}>
                <Token id={id} tokenizer={tokenizer} />
              </td>
              <td className="num" title={String(logit)}>
                {formatLogit(logit)}
              </td>
              <td className="num" title={String(shifted)}>
                {formatLogit(shifted)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {output && (
        <p className={step.note}>
          The marked row is <Token id={output.id} tokenizer={tokenizer} />, which stands in the text.
        </p>
      )}
    </>
  );
}

export function LogitsStep({ followed }: { followed: Followed }) {
  const { model, trace, row } = followed;
  const V = model ? formatCount(model.dims.vocab_size) : 'all';
  const ranked = row.status === 'ready' ? row.row.ranked : null;
  return (
    <>
      <p>
        After the last norm the stream is compared with one row of the{' '}
        <Explain meaning="The matrix with one row of C numbers for each token of the vocabulary; in many models it is the embedding matrix again.">
          head
        </Explain>{' '}
        for each of the {V} tokens: multiplied number by number and summed, a dot product. That sum is the token's{' '}
        <Explain meaning="A score without a unit. Only differences between logits mean something: the token with the largest is the likeliest.">
          logit
        </Explain>
        .
      </p>
      {trace ? (
        <Product trace={trace} row={ranked} followed={followed} />
      ) : (
        <Waiting followed={followed} needs="vectors" what="the final state" />
      )}
      {ranked ? (
        <TopLogits row={ranked} followed={followed} />
      ) : (
        trace && <Waiting followed={followed} needs="row" what="the logits" />
      )}
    </>
  );
}
