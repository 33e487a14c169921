// Step 1: the text around the place as tokens with ids and bytes, and how any word is made of merges.
import { useMemo } from 'react';
import { formatCount } from '../../lib/format.ts';
import { useStores } from '../../stores/react.ts';
import { hasMerges } from '../../tokenizer/merges.ts';
import { cx } from '../../ui/controls/cx.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { hexBytes } from '../../ui/controls/visible.ts';
import { spokenFace, textOfBytes } from '../shared/tokenFace.ts';
import type { Followed } from './followed.ts';
import { MergeWalk } from './MergeWalk.tsx';
import { TableBeside } from './Parts.tsx';
import step from './Step.module.css';
import styles from './TokeniseStep.module.css';
import { NO_TEXT } from './Waiting.tsx';

/** Tokens shown before and after the one that goes in. */
const BEFORE = 9;
const AFTER = 3;

function Around({ followed: { tokens, pass, output } }: { followed: Followed }) {
  const { document } = useStores();
  if (!pass) return <p>{NO_TEXT}</p>;
  const from = Math.max(0, pass.position - BEFORE);
  const shown = tokens.slice(from, pass.position + 1 + AFTER).map((token, i) => ({ token, at: from + i }));
  const role = (at: number) =>
    at === pass.position ? 'goes in' : output && at === pass.position + 1 ? 'comes out' : '';
  return (
    <>
      <div className={styles.tokens}>
        {from > 0 && <span className={styles.more}>{formatCount(from)} before …</span>}
        {shown.map(({ token, at }) => (
          <button
            key={at}
            type="button"
            className={cx(styles.token, at > pass.position && styles.later)}
            data-role={role(at)}
            aria-label={`position ${at}, ${spokenFace(token)}, id ${token.id}${role(at) && `, ${role(at)}`}`}
            onClick={() => document.getState().selectToken(at)}
          >
            <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
            <span className={styles.id}>{token.id}</span>
          </button>
        ))}
        {pass.position + 1 + AFTER < tokens.length && <span className={styles.more}>…</span>}
      </div>
      <TableBeside
        aside={<span className={step.note}>Token above, id below. Select one to follow how it was predicted.</span>}
      >
        <table className={step.table} aria-label="Tokens around the place">
          <thead>
            <tr>
              <th scope="col">position</th>
              <th scope="col">token</th>
              <th scope="col">id</th>
              <th scope="col">bytes</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {shown.map(({ token, at }) => (
              <tr key={at} aria-current={at === pass.position || undefined}>
                <th scope="row" className="num">
                  {at}
                </th>
                <td>
                  <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
                </td>
                <td className="num">{token.id}</td>
                <td className="num">{hexBytes(token.bytes) || 'none'}</td>
                <td>{role(at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableBeside>
    </>
  );
}

/** What is special about the token that goes in. */
function Remark({ followed: { input } }: { followed: Followed }) {
  if (!input) return null;
  if (input.special) {
    return (
      <p className={step.note}>
        The token that goes in is a special one: no merge makes it, and typed text never becomes it.
      </p>
    );
  }
  if (textOfBytes(input.bytes) === null) {
    return (
      <p className={step.note}>
        The token that goes in holds a part of a character only: merges join bytes, and a rare character may be split.
      </p>
    );
  }
  return null;
}

export function TokeniseStep({ followed }: { followed: Followed }) {
  const { model } = followed;
  return (
    <>
      <p>
        A model reads numbers, not letters. A tokenizer cuts the text into{' '}
        <Explain meaning="A piece of text that has a number of its own: a word with its leading space, a part of a word, a sign, or a single byte.">
          tokens
        </Explain>{' '}
        and gives each its id in the vocabulary{model && <> of {formatCount(model.dims.vocab_size)}</>}. All that the
        model ever sees is this list of ids.
      </p>
      <Around followed={followed} />
      <Remark followed={followed} />
      <h3>How a word becomes tokens</h3>
      <WordToTokens followed={followed} />
    </>
  );
}

function WordToTokens({ followed: { model, tokenizer } }: { followed: Followed }) {
  const json = model?.tokenizerJson;
  const walks = useMemo(() => hasMerges(json), [json]);
  if (json === null) return <p>This model has no tokenizer that can be read: its text is ids, and no merge is made.</p>;
  if (model && !walks) {
    return (
      <p>
        The tokenizer of this model does not start from bytes: it works on characters, words or scores of pieces. Its
        tokens stand above; a walk through their making is there for byte-level BPE alone.
      </p>
    );
  }
  return (
    <>
      <p>
        <Explain meaning="Byte pair encoding: a fixed list of pairs, learned by joining the commonest pair of a large text again and again.">
          BPE
        </Explain>{' '}
        starts from single bytes and joins the neighbours whose pair stands highest in a fixed list of merges, until no
        pair of the list is left. The rank is the place in that list.
      </p>
      {tokenizer && model ? (
        <MergeWalk tokenizer={tokenizer} tokenizerJson={json} />
      ) : (
        <p>Once a model is loaded, you can take any word apart here.</p>
      )}
    </>
  );
}
