// What the view follows: the pass that predicts the selected place, the token it reads, and what has come of its numbers.
import { useMemo } from 'react';
import type { EventOf, LoadedModel } from '../../protocol/events.ts';
import { sameIds } from '../../stores/document/sequence.ts';
import type { DocumentToken, TokenPlace } from '../../stores/document/types.ts';
import { useDocument, useModel, useRows } from '../../stores/react.ts';
import type { SelectedRow } from '../../stores/run/rows-types.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Pass, passTo } from '../shared/pass.ts';
import type { HeadRows } from './types.ts';
import { useFollow } from './useFollow.ts';

export interface Followed {
  readonly place: TokenPlace;
  /** Null for an empty text. */
  readonly pass: Pass | null;
  readonly tokens: readonly DocumentToken[];
  /** What the pass reads last: it goes in. */
  readonly input: DocumentToken | null;
  /** What stands at the predicted place: it came out. Null at the end of the text, and for the first token, which nothing predicts. */
  readonly output: DocumentToken | null;
  /** The prediction of the place. */
  readonly row: SelectedRow;
  readonly tokenizer: Tokenizer | null;
  readonly model: LoadedModel | null;
  readonly trace: EventOf<'traced'> | null;
  readonly attention: EventOf<'attention'> | null;
  readonly heads: HeadRows | null;
}

export function useFollowed(): Followed {
  const place = useDocument(s => s.selected);
  const tokens = useDocument(s => s.tokens);
  const tokenizer = useDocument(s => s.tokenizer);
  const selected = useRows(s => s.selected);
  const known = useFollow(s => s.followed);
  const model = useModel(s => (s.load.status === 'ready' ? s.load.model : null));
  return useMemo(() => {
    const pass = passTo(tokens, place);
    const input = pass === null ? null : (tokens[pass.position] ?? null);
    const output = place === 'end' || place === 0 ? null : (tokens[place] ?? null);
    const row: SelectedRow = selected.place === place ? selected : { status: 'waiting', place };
    const current = known !== null && pass !== null && sameIds(known.pass.ids, pass.ids) ? known : null;
    const { trace = null, attention = null, heads = null } = current ?? {};
    return { place, pass, tokens, input, output, row, tokenizer, model, trace, attention, heads };
  }, [place, tokens, tokenizer, selected, known, model]);
}
