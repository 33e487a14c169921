// The words of the card of a token.
import { formatCount, formatProbability } from '../../lib/format.ts';
import type { DocumentToken } from '../../stores/document/types.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { faceOf, spokenFace } from '../shared/tokenFace.ts';
import type { CardFacts, Lack } from './facts.ts';
import type { Asked } from './store.ts';

/** Candidates of a card. */
export const MOST_LISTED = 5;

export function spokenToken(tokenizer: Tokenizer, id: number): string {
  return spokenFace(faceOf(tokenizer, id));
}

/** What the card is called: its numbers, so that a reader needs nothing else. */
export function cardName(token: DocumentToken | null, { probability, rank }: CardFacts, vocabulary: number): string {
  if (token === null) return 'What comes next';
  const name = `Token ${spokenFace(token)}, id ${token.id}`;
  if (probability === null || rank === null) return `${name}, probability not known`;
  return `${name}, ${formatProbability(probability)} before sampling, rank ${formatCount(rank)} of ${formatCount(vocabulary)}`;
}

const LACKS: Readonly<Record<Exclude<Lack, 'unasked'>, string>> = {
  no_model: 'There are no probabilities without a model.',
  first: 'The first token has no prediction: nothing comes before it.',
  beyond: 'The model does not read so far: this lies behind the context allowed here.',
};

/** Why no candidates are listed. */
export function lackWords(lack: Lack, asked: Asked): string {
  if (lack !== 'unasked') return LACKS[lack];
  switch (asked.kind) {
    case 'behind':
      return 'Not known yet. It is asked for when the run has ended.';
    case 'costly':
      return 'Not known yet.';
    case 'failed':
      return 'It could not be computed.';
    case 'nothing':
    case 'coming':
      return 'Not known yet. The model is asked for it…';
    default:
      return asked satisfies never;
  }
}

/** Read out when a key has opened the card. */
export function announcement(name: string, facts: CardFacts, tokenizer: Tokenizer): string {
  const { ranked } = facts;
  if (ranked === null) return name;
  const listed = Array.from(ranked.ids.subarray(0, MOST_LISTED), id => {
    return `${spokenToken(tokenizer, id)} ${formatProbability(ranked.before(id))}`;
  });
  return `${name}. Likeliest: ${listed.join(', ')}`;
}
