// Step 6: from logits to probabilities, with the real numbers of the formula.
import { useMemo } from 'react';
import { formatCount, formatLogit, formatProbability } from '../../lib/format.ts';
import type { RankedRow } from '../../sampling/row.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { BarScaleSwitch } from '../shared/BarScaleSwitch.tsx';
import { ShareBar } from '../shared/ShareBar.tsx';
import type { Followed } from './followed.ts';
import { Exact, Token } from './Parts.tsx';
import step from './Step.module.css';
import { softmaxOf } from './softmax.ts';
import { Waiting } from './Waiting.tsx';

/** Tokens listed. */
const LISTED = 8;

function Formula({ row, followed }: { row: RankedRow; followed: Followed }) {
  const { output, tokenizer } = followed;
  const softmax = useMemo(() => softmaxOf(row, LISTED, output?.id ?? null), [row, output]);
  const { max, sum, logZ, lines, rest } = softmax;
  const largest = lines.reduce((most, { probability }) => Math.max(most, probability), 0);
  const shown = (output && lines.find(({ id }) => id === output.id)) ?? lines[0];
  if (!shown) return null;
  const number = (value: number) => <Exact value={value}>{formatLogit(value)}</Exact>;
  return (
    <>
      <div className={step.formula}>
        <div>
          sum over the vocabulary of exp(logit − {number(max)}) = {number(sum)}
        </div>
        <div>
          p(
          <Token id={shown.id} tokenizer={tokenizer} />) = exp({number(shown.logit)} − {number(max)}) / {number(sum)} ={' '}
          <strong data-testid="follow-probability">
            <Exact value={shown.probability}>{formatProbability(shown.probability)}</Exact>
          </strong>
        </div>
        <div>
          log Z = {number(max)} + ln {number(sum)} = {number(logZ)}
        </div>
        <div>
          log-probability = {number(shown.logit)} − {number(logZ)} = {number(shown.logit - logZ)}
        </div>
      </div>
      <div className={step.scroll}>
        <table className={step.table} aria-label="From logits to probabilities">
          <thead>
            <tr>
              <th scope="col">token</th>
              <th scope="col">logit</th>
              <th scope="col">− largest</th>
              <th scope="col">exp</th>
              <td className={step.bar}>
                <BarScaleSwitch />
              </td>
              <th scope="col">before sampling</th>
            </tr>
          </thead>
          <tbody>
            {lines.map(({ id, logit, shifted, exponential, probability }) => (
              <tr key={id} aria-current={id === output?.id || undefined}>
                <th scope="row">
                  <Token id={id} tokenizer={tokenizer} />
                </th>
                <td className="num" title={String(logit)}>
                  {formatLogit(logit)}
                </td>
                <td className="num" title={String(shifted)}>
                  {formatLogit(shifted)}
                </td>
                <td className="num" title={String(exponential)}>
                  {formatLogit(exponential)}
                </td>
                <td className={step.bar}>
                  <ShareBar share={probability} largest={largest} tone="before" />
                </td>
                <td className="num" title={String(probability)}>
                  {formatProbability(probability)}
                </td>
              </tr>
            ))}
            <tr className={step.rest}>
              <th scope="row">{formatCount(rest.count)} more</th>
              <td />
              <td />
              <td className="num" title={String(rest.exponential)}>
                {formatLogit(rest.exponential)}
              </td>
              <td />
              <td className="num" title={String(rest.probability)}>
                {formatProbability(rest.probability)}
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </>
  );
}

export function SoftmaxStep({ followed }: { followed: Followed }) {
  const { model, row } = followed;
  const V = model ? formatCount(model.dims.vocab_size) : 'all';
  return (
    <>
      <p>
        The softmax turns logits into probabilities: subtract the largest logit from each (it changes nothing and keeps
        the numbers small), take the exponential, and divide by the sum over all {V} tokens. Its logarithm with the
        largest logit added again is{' '}
        <Explain meaning="The log-sum-exp of all logits: a token's log-probability is its logit minus this number.">
          log Z
        </Explain>
        . Probabilities before sampling are these, exact over the whole vocabulary.
      </p>
      {row.status === 'ready' ? (
        <Formula row={row.row.ranked} followed={followed} />
      ) : (
        <Waiting followed={followed} needs="row" what="the softmax in numbers" />
      )}
    </>
  );
}
