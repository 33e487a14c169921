// The numbers of a range of the text, each with its meaning and its exact value.
import { formatBits, formatCount, formatExp, formatLogit, formatNumber, formatProbability } from '../../lib/format.ts';
import { Fact } from '../../ui/controls/Fact.tsx';
import type { Measures, Range } from './measures.ts';
import styles from './TextView.module.css';

const exactly = (value: number): string | undefined => (Number.isFinite(value) ? String(value) : undefined);

const NAMES: Readonly<Record<Range, string>> = {
  all: 'of the whole text',
  typed: 'of the typed tokens',
  drawn: 'of the drawn tokens',
};

export function Numbers({ measures, range }: { measures: Measures; range: Range }) {
  const { scored, missing, logprob, nll, bitsPerByte, bytes, specials, first, entropy, distinctPairs } = measures;
  const any = scored > 0;
  const all = scored + missing;
  return (
    <dl className={styles.numbers} aria-label={`Numbers ${NAMES[range]}, before sampling`}>
      <Fact
        term="perplexity"
        meaning="Per token: among how many equally likely tokens the model chose on average. The exponential of the mean surprisal."
        value={any ? formatExp(nll) : '–'}
        exact={any ? exactly(Math.exp(nll)) : undefined}
      />
      <Fact
        term="bits per token"
        meaning="The mean surprisal of a token: minus the binary logarithm of its probability before sampling."
        value={formatNumber(nll / Math.LN2)}
        exact={exactly(nll / Math.LN2)}
      />
      <Fact
        term="bits per byte"
        meaning={`The surprisal of these tokens, in bits, divided by their ${formatCount(bytes)} bytes: it compares models with different vocabularies.${
          specials > 0 ? ' Special tokens are no text and are left out.' : ''
        }`}
        value={formatNumber(bitsPerByte)}
        exact={exactly(bitsPerByte)}
      />
      <Fact
        term="mean entropy"
        meaning="How undecided the model was on average before it saw the token, in bits. Where the surprisal is higher, the text was less likely than the model expected."
        value={formatBits(entropy)}
        exact={exactly(entropy / Math.LN2)}
      />
      <Fact
        term="log-probability"
        meaning="Of all these tokens together: the sum of the natural logarithms of their probabilities before sampling."
        value={any ? formatLogit(logprob) : '–'}
        exact={any ? exactly(logprob) : undefined}
      />
      <Fact
        term="total perplexity"
        meaning="One divided by the probability of all these tokens together: the exponential of minus their log-probability."
        value={any ? formatExp(-logprob) : '–'}
        exact={any ? `e to the power of ${-logprob}` : undefined}
      />
      <Fact
        term="rank 1"
        meaning="The share of tokens that the model held likeliest at their place, before sampling."
        value={any ? formatProbability(first / scored) : '–'}
        exact={any ? `${formatCount(first)} of ${formatCount(scored)}` : undefined}
      />
      <Fact
        term="distinct-2"
        meaning="How many pairs of neighbouring tokens are different, of all pairs. Text that goes in circles has few."
        value={Number.isNaN(distinctPairs) ? '–' : formatProbability(distinctPairs)}
        exact={exactly(distinctPairs)}
      />
      <Fact
        term="tokens scored"
        meaning="How many tokens these numbers are about. The first token of the text has no prediction and is left out."
        value={missing === 0 ? formatCount(scored) : `${formatCount(scored)} of ${formatCount(all)}`}
      />
    </dl>
  );
}
