// What a server gives and what follows from it, in the words of a table; and the address that a person typed, as requests take it.
import { formatCount } from '../../lib/format.ts';
import type { ServerFacts } from '../../protocol/server.ts';

export interface FactRow {
  readonly what: string;
  readonly given: string;
  readonly follows: string;
}

const IDS: Readonly<Record<ServerFacts['ids'], Pick<FactRow, 'given' | 'follows'>>> = {
  all: {
    given: 'with every candidate',
    follows: 'Tokens are the model’s own: equal seeds draw equal texts, as they do here.',
  },
  written: {
    given: 'with what the server writes',
    follows:
      'Other candidates are told by their text: two tokens of one text count as one, and a seed holds for this connection.',
  },
  none: {
    given: 'none',
    follows:
      'Tokens are pieces of text: the server cuts the prompt anew, a seed holds for this connection, and special tokens cannot be told from their spelling.',
  },
};

export function factRows(facts: ServerFacts): FactRow[] {
  const { candidates, context, ids, tokenizes, takesIds, scores, vocabulary } = facts;
  return [
    {
      what: 'Candidates of a token',
      given: `${formatCount(candidates)} at most`,
      follows:
        'Lists are partial: all other tokens share what is left of 1, and settings reshape the shown ones alone.',
    },
    { what: 'Ids of tokens', ...IDS[ids] },
    {
      what: 'Tokens of a text',
      given: tokenizes ? 'yes' : 'no',
      follows: takesIds
        ? 'The prompt is sent as ids, as it stands in the text.'
        : 'The prompt is sent as text, and the server makes its tokens.',
    },
    {
      what: 'Score of a text',
      given: scores === null ? 'no' : scores === 'echo' ? 'by echo' : 'by prompt_logprobs',
      follows:
        scores === null
          ? 'Tokens that you typed have no probabilities; those that are drawn do.'
          : 'Typed tokens have their probabilities too. Rank and entropy are at least what they say.',
    },
    {
      what: 'Context',
      given: context === null ? 'not told' : formatCount(context),
      follows:
        context === null
          ? 'A text that is too long is refused by the server, in its own words.'
          : 'Longer texts are not sent.',
    },
    {
      what: 'Vocabulary',
      given: vocabulary === null ? 'not told' : formatCount(vocabulary),
      follows: 'It is not sent as a whole, so the search knows the tokens that were seen.',
    },
    {
      what: 'Layers, heads, vectors',
      given: 'no',
      follows: 'Lens, Attention, Ablation and Follow need a model in the page.',
    },
  ];
}

/** `http://localhost:8080`, of what a person typed: with the scheme that is meant where none was, without `/v1` and what follows it. Null where it is none. */
export function readAddress(typed: string): string | null {
  const text = typed.trim();
  const bare = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : `${/^(?:localhost|127\.|\[::1\]|10\.|192\.168\.)/.test(text) ? 'http' : 'https'}://${text}`;
  try {
    const { protocol, origin, pathname, username, password } = new URL(bare);
    if (text === '' || !/^https?:$/.test(protocol) || username !== '' || password !== '') return null;
    return `${origin}${pathname.replace(/\/v1(?:\/.*)?$/, '').replace(/\/+$/, '')}`;
  } catch {
    return null;
  }
}
