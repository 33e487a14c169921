// Step 5: the final state against the rows of the head: one dot product for every token of the vocabulary.
import { useMemo, useState } from 'react';
import { formatCount, formatLogit } from '../../lib/format.ts';
import type { EventOf } from '../../protocol/events.ts';
import type { RankedRow } from '../../sampling/row.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { dot, norm, times } from '../shared/vectors.ts';
import type { Followed } from './followed.ts';
import { LogitHistogram } from './LogitHistogram.tsx';
import { afterRule, NO_RULE, ruleWords } from './logitsRule.ts';
import { Exact, Token } from './Parts.tsx';
import step from './Step.module.css';
import { softmaxOf } from './softmax.ts';
import { VectorStrip } from './VectorStrip.tsx';
import { Waiting } from './Waiting.tsx';

/** Tokens listed. */
const LISTED = 8;

type Which = 'likeliest' | 'text' | 'input';

/** A row of the head that is here: of the likeliest token, of the one in the text, of the one that went in. */
interface HeadRow {
  readonly which: Which;
  readonly id: number;
  readonly values: Float32Array;
}

const ROW_NAMES: Readonly<Record<Which, string>> = { likeliest: 'likeliest', text: 'in the text', input: 'went in' };

function headRowsOf({ trace, heads, input, output, model }: Followed, row: RankedRow | null): HeadRow[] {
  if (!trace || !model?.tied) return [];
  const C = trace.embedding.length;
  const of = (which: Which, id: number | undefined): HeadRow[] => {
    const at = id === undefined || !heads ? -1 : heads.ids.indexOf(id);
    return id === undefined || !heads || at < 0
      ? []
      : [{ which, id, values: heads.rows.subarray(at * C, (at + 1) * C) }];
  };
  const likeliest = row?.order[0];
  return [
    ...of('likeliest', likeliest),
    ...(output && output.id !== likeliest ? of('text', output.id) : []),
    ...(input ? [{ which: 'input' as const, id: input.id, values: trace.embedding }] : []),
  ];
}

/** One logit taken apart: the final state, a row of the head, and their products, which sum to it. */
function Product({ rows, row, followed }: { rows: readonly HeadRow[]; row: RankedRow | null; followed: Followed }) {
  const { trace, tokenizer } = followed;
  const [which, setWhich] = useState<Which | null>(null);
  const shown = rows.find(each => each.which === which) ?? rows[0];
  const vectors = useMemo(() => {
    if (!trace || !shown) return [];
    return [
      { key: 'final', name: 'final state', values: trace.final },
      { key: 'row', name: 'row of the head', values: shown.values },
      { key: 'product', name: 'product', values: times(trace.final, shown.values) },
    ];
  }, [trace, shown]);
  if (!trace || !shown) return null;
  const sum = dot(trace.final, shown.values);
  const rule = followed.model?.anatomy.logits ?? NO_RULE;
  const logit = afterRule(sum, rule);
  const at = (i: number, c: number) => formatLogit(vectors[i]?.values[c] ?? 0);
  return (
    <>
      <Choice
        label="Whose row of the head"
        value={shown.which}
        options={rows.map(each => ({ value: each.which, label: ROW_NAMES[each.which] }))}
        onChange={setWhich}
      />
      <p data-testid="follow-product">
        For <Token id={shown.id} tokenizer={tokenizer} /> the products of the numbers below sum to{' '}
        <Exact value={sum}>{formatLogit(sum)}</Exact>
        {logit !== sum && (
          <>
            ; {ruleWords(rule, 'that')} gives <Exact value={logit}>{formatLogit(logit)}</Exact>
          </>
        )}
        {row && (
          <>
            {rule.bias ? '; with its bias the' : '; the'} model's logit for it is{' '}
            <Exact value={row.logits[shown.id] ?? Number.NaN}>{formatLogit(row.logits[shown.id] ?? Number.NaN)}</Exact>
          </>
        )}
        .{' '}
        {shown.which === 'input'
          ? 'Its row is the one of step 2: this head is the embedding matrix (the weights are tied).'
          : 'This head is the embedding matrix again (the weights are tied).'}
      </p>
      <VectorStrip
        label="Final state, a row of the head, and their product"
        vectors={vectors}
        scale="own"
        reading={c => `${at(0, c)} × ${at(1, c)} = ${at(2, c)}`}
      />
    </>
  );
}

/** A head of its own has no row here: the final state alone. */
function FinalState({ trace }: { trace: EventOf<'traced'> }) {
  const vectors = useMemo(() => [{ key: 'final', name: 'final state', values: trace.final }], [trace]);
  return (
    <>
      <p>
        The final state, after the last norm, has a norm of{' '}
        <Exact value={norm(trace.final)}>{formatLogit(norm(trace.final))}</Exact>.
      </p>
      <VectorStrip label="Final state" vectors={vectors} scale="own" />
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
  const rows = useMemo(() => headRowsOf(followed, ranked), [followed, ranked]);
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
      {model && ruleWords(model.anatomy.logits, 'the sum') !== '' && (
        <p className={step.note} data-testid="follow-rule">
          In this model the logit is {ruleWords(model.anatomy.logits, 'the sum')}
          {model.anatomy.logits.bias && ', with a learned bias for each token'}.
        </p>
      )}
      {trace ? (
        rows.length > 0 ? (
          <Product rows={rows} row={ranked} followed={followed} />
        ) : (
          <FinalState trace={trace} />
        )
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
