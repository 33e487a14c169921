// The head of the inspector: the selected token and the numbers that belong to it.
import { formatBits, formatLogit, formatProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import { useModel } from '../../stores/react.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { Fact, FactFrame } from '../../ui/controls/Fact.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { hexBytes } from '../../ui/controls/visible.ts';
import { drawersOf, drawnByWords } from '../shared/drawnBy.ts';
import { rankedOfRow } from '../shared/ranked.ts';
import { faceOf, textOfBytes } from '../shared/tokenFace.ts';
import type { Inspected } from './inspected.ts';
import { recordWords } from './record.ts';
import styles from './TokenFacts.module.css';

const ORIGINS = {
  typed: 'typed',
  drawn: 'drawn by the sampler',
  chosen: 'chosen by you',
  external: 'from outside the model',
} as const;

const TOLD_BY = {
  person: 'answered by a person',
  text: 'a fixed text',
  expression: 'an expression',
  address: 'fetched',
} as const;

const ENTROPY =
  'How undecided the model was here, in bits: the surprisal to expect. 0 is certain, each bit more doubles the choice.';

const bits = (nats: number): string => String(nats / Math.LN2);

function Entropy({ entropy }: { entropy: number | null }) {
  return (
    <Fact
      term="entropy"
      meaning={ENTROPY}
      value={formatBits(entropy ?? Number.NaN)}
      exact={entropy === null ? undefined : bits(entropy)}
    />
  );
}

/** The numbers kept with the token; before they have come, those of the row that is here anyway. */
function numbersOf(token: DocumentToken, { row }: Inspected): { logprob: number; rank: number } | undefined {
  if (token.stats || row.status !== 'ready') return token.stats;
  const { ranked } = row.row;
  const rank = rankedOfRow(ranked).rankOf(token.id);
  // A server does not show it: that is no number.
  if (rank === 0) return undefined;
  return { logprob: (ranked.logits[token.id] ?? Number.NEGATIVE_INFINITY) - ranked.logZ, rank };
}

function TokenNumbers({ token, inspected }: { token: DocumentToken; inspected: Inspected }) {
  const { entropy } = inspected;
  const stats = numbersOf(token, inspected);
  const p = stats ? Math.exp(stats.logprob) : Number.NaN;
  return (
    <dl className={styles.numbers} aria-label="Before sampling">
      <Fact
        term="probability"
        meaning="How likely the model held this token, before sampling; exact over the whole vocabulary."
        value={formatProbability(p)}
        exact={stats && String(p)}
      />
      <Fact
        term="log-prob"
        meaning="The natural logarithm of the probability before sampling."
        value={formatLogit(stats?.logprob ?? Number.NaN)}
        exact={stats && String(stats.logprob)}
      />
      <Fact
        term="rank"
        meaning="1 is the likeliest token here, before sampling."
        value={stats ? String(stats.rank) : '–'}
      />
      <Fact
        term="surprisal"
        meaning="How surprising the token was, in bits: minus the binary logarithm of its probability before sampling."
        value={formatBits(stats ? Math.max(0, -stats.logprob) : Number.NaN)}
        exact={stats && bits(Math.max(0, -stats.logprob))}
      />
      <Entropy entropy={entropy} />
    </dl>
  );
}

function NextNumbers({ inspected: { ranked, tokenizer, entropy } }: { inspected: Inspected }) {
  const likeliest = ranked?.ids[0];
  if (!ranked || !tokenizer || likeliest === undefined) return null;
  return (
    <dl className={styles.numbers} aria-label="Before sampling">
      <FactFrame term="likeliest">
        <TokenText {...faceOf(tokenizer, likeliest)} />
      </FactFrame>
      <Fact
        term="its probability"
        meaning="How likely the model holds this token, before sampling; exact over the whole vocabulary."
        value={formatProbability(ranked.before(likeliest))}
        exact={String(ranked.before(likeliest))}
      />
      <Entropy entropy={entropy} />
    </dl>
  );
}

export function TokenFacts({ inspected }: { inspected: Inspected }) {
  const { token, position } = inspected;
  const model = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  if (!token) {
    return (
      <header className={styles.head}>
        <h2 className={styles.next}>What comes next</h2>
        <p className={styles.line}>
          {inspected.tokenizer && (
            <>
              position <span className="num">{position}</span>,{' '}
            </>
          )}
          {position === 0 ? 'the first of the text' : 'after the end of the text'}
        </p>
        <NextNumbers inspected={inspected} />
      </header>
    );
  }
  const { draw } = token;
  const drawnBy = drawnByWords(drawersOf([token]), model);
  return (
    <header className={styles.head}>
      <h2 className={styles.token}>
        <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
      </h2>
      <p className={styles.line}>
        position <span className="num">{position}</span> · id <span className="num">{token.id}</span> · bytes{' '}
        <span className="mono">{hexBytes(token.bytes) || 'none'}</span> · {ORIGINS[token.origin]}
      </p>
      {token.told && (
        <p className={styles.line}>
          answers {token.told.command} · {TOLD_BY[token.told.by]} · {new Date(token.told.at).toLocaleString()}
        </p>
      )}
      {position > 0 && <TokenNumbers token={token} inspected={inspected} />}
      {draw && (
        <p className={styles.line}>
          drawn with <span className="num">{formatProbability(draw.pAfter)}</span> after sampling · seed{' '}
          <span className="num">{draw.seed}</span> ·{' '}
          <Explain meaning="The random number of the draw, from 0 to 1: it falls into this token's share of the distribution after sampling.">
            random
          </Explain>{' '}
          <span className="num">{draw.u.toFixed(4)}</span> ·{' '}
          <Explain meaning={recordWords(draw, at => new Date(at).toLocaleString())}>its run</Explain>
          {drawnBy !== null
            ? ` · ${drawnBy}`
            : draw.outdated && ' · the text before it, or the model, has changed since'}
        </p>
      )}
    </header>
  );
}
