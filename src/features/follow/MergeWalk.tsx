// The merges of a word, one after the other or all at once, and what a leading space changes.
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { formatCount } from '../../lib/format.ts';
import { type MergeTrace, mergeTrace } from '../../tokenizer/merges.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { cx } from '../../ui/controls/cx.ts';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import toggle from '../../ui/plot/TableToggle.module.css';
import { textOfBytes } from '../shared/tokenFace.ts';
import styles from './MergeWalk.module.css';
import { SoftButton, TableBeside, Token } from './Parts.tsx';
import step from './Step.module.css';
import { mergesOf, piecesAfter, symbolBytes, type WalkedMerge } from './trace.ts';

const FIRST_WORD = 'name@example.org';
/** Characters of the field. */
const LONGEST = 200;

const PLACES = [
  { value: 'start', label: 'at the start' },
  { value: 'space', label: 'after a space' },
] as const;

function SymbolText({ symbol }: { symbol: string }) {
  const bytes = symbolBytes(symbol);
  return <TokenText text={textOfBytes(bytes)} bytes={bytes} />;
}

function Walk({ trace, tokenizer }: { trace: MergeTrace; tokenizer: Tokenizer }) {
  /** Merges done; null: all of them. */
  const [done, setDone] = useState<number | null>(null);
  const merges = useMemo(() => mergesOf(trace), [trace]);
  const count = Math.min(done ?? merges.length, merges.length);
  const pieces = useMemo(() => piecesAfter(trace, count), [trace, count]);
  const last = merges[count - 1];
  const ids = trace.pieces.flatMap(piece => piece.ids);
  return (
    <>
      <div className={styles.pieces} data-testid="merged">
        {pieces.map((piece, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity.
          <span key={i} className={styles.piece}>
            {piece.symbols.map((symbol, k) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: symbols have no other identity.
              <span key={k} className={cx(styles.symbol, k === piece.fresh && styles.fresh)}>
                <SymbolText symbol={symbol} />
              </span>
            ))}
          </span>
        ))}
      </div>
      <div className={step.row}>
        <SoftButton off={count === 0} onClick={() => setDone(0)}>
          Bytes
        </SoftButton>
        <SoftButton off={count === 0} onClick={() => setDone(count - 1)}>
          ← Merge
        </SoftButton>
        <SoftButton off={count === merges.length} onClick={() => setDone(count + 1)}>
          Merge →
        </SoftButton>
        <SoftButton off={count === merges.length} onClick={() => setDone(null)}>
          All
        </SoftButton>
      </div>
      <p className={styles.said} aria-live="polite">
        {count === 0 && (merges.length === 0 ? 'No pair of these bytes is in the list.' : 'One symbol for each byte.')}
        {last && (
          <>
            Merge {count} of {merges.length}: <SymbolText symbol={last.left} /> and <SymbolText symbol={last.right} />,
            rank <span className="num">{formatCount(last.rank)}</span>.{' '}
            {count === merges.length && (
              <>
                Nothing is left to join: {ids.length} {ids.length === 1 ? 'token' : 'tokens'}.
              </>
            )}
          </>
        )}
      </p>
      <p className={styles.said}>
        Ids:{' '}
        <span className="mono" data-testid="merged-ids">
          {ids.join(' ')}
        </span>
      </p>
      <TableBeside>
        <MergeTable merges={merges} count={count} tokenizer={tokenizer} onSelect={setDone} />
      </TableBeside>
    </>
  );
}

interface MergeTableProps {
  merges: readonly WalkedMerge[];
  count: number;
  tokenizer: Tokenizer;
  onSelect: (count: number) => void;
}

function MergeTable({ merges, count, onSelect }: MergeTableProps) {
  return (
    <table className={step.table} aria-label="Merges in their order">
      <thead>
        <tr>
          <th scope="col">merge</th>
          <th scope="col">left</th>
          <th scope="col">right</th>
          <th scope="col">becomes</th>
          <th scope="col">rank</th>
        </tr>
      </thead>
      <tbody>
        {merges.map((merge, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a merge is its place in the order.
          <tr key={i} aria-current={i + 1 === count || undefined}>
            <th scope="row">
              <button type="button" className={toggle.toggle} onClick={() => onSelect(i + 1)}>
                {i + 1}
              </button>
            </th>
            <td>
              <SymbolText symbol={merge.left} />
            </td>
            <td>
              <SymbolText symbol={merge.right} />
            </td>
            <td>
              <SymbolText symbol={merge.left + merge.right} />
            </td>
            <td className="num">{formatCount(merge.rank)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The same word in the other place: a leading space belongs to the token after it. */
function OtherWay({ word, spaced, tokenizer }: { word: string; spaced: boolean; tokenizer: Tokenizer }) {
  const here = tokenizer.encode(spaced ? ` ${word}` : word);
  const there = tokenizer.encode(spaced ? word : ` ${word}`);
  if (word === '') return null;
  const same = new Set(here);
  const shared = there.filter(id => same.has(id)).length;
  return (
    <div className={styles.other}>
      <p className={step.note}>
        {spaced ? 'At the start of a text' : 'After a space'} the same word is{' '}
        {there.length === 1 ? 'one token' : `${there.length} tokens`}
        {shared === 0 ? ', all of them others' : `, ${there.length - shared} of them others`}:
      </p>
      <span className={styles.piece}>
        {Array.from(there, (id, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: tokens have no other identity.
          <span key={i} className={cx(styles.symbol, !same.has(id) && styles.differs)} title={`id ${id}`}>
            <Token id={id} tokenizer={tokenizer} />
          </span>
        ))}
      </span>
    </div>
  );
}

export function MergeWalk({ tokenizer, tokenizerJson }: { tokenizer: Tokenizer; tokenizerJson: unknown }) {
  const [typed, setTyped] = useState(FIRST_WORD);
  const [where, setWhere] = useState<'start' | 'space'>('start');
  const field = useId();
  const word = useDeferredValue(typed);
  const text = where === 'space' ? ` ${word}` : word;
  const trace = useMemo(() => mergeTrace(tokenizerJson, text), [tokenizerJson, text]);
  return (
    <>
      <div className={step.row}>
        <input
          id={field}
          type="text"
          aria-label="Word to take apart"
          className={cx(styles.field, step.grow)}
          value={typed}
          maxLength={LONGEST}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={event => setTyped(event.target.value)}
        />
        <Choice label="Where the word stands" value={where} options={PLACES} onChange={setWhere} />
      </div>
      {text.trim() === '' ? (
        <p>Type a word, a name or an address.</p>
      ) : (
        <>
          <Walk key={text} trace={trace} tokenizer={tokenizer} />
          {tokenizer.leadingSpace && <OtherWay word={word} spaced={where === 'space'} tokenizer={tokenizer} />}
        </>
      )}
    </>
  );
}
