// What the inspector looks at: the selected place, its token, and the distributions there, as drawn and with these settings.
import { useEffect, useMemo, useRef } from 'react';
import { NucleusError } from '../../lib/error.ts';
import { type Distribution, NOTHING_LEFT } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken, TokenPlace } from '../../stores/document/types.ts';
import { useDocument, useGeneration, useModel, useRows, useSettings, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import type { RowsActions, SelectedRow } from '../../stores/run/rows-types.ts';
import { lockedSeed } from '../../stores/run/settings.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Ranked, rankedOfRow, rankedOfTop } from '../shared/ranked.ts';
import { sameShape } from './steps.ts';

export interface Inspected {
  readonly place: TokenPlace;
  /** Position in the sequence; at the end of the text that of the token to come. */
  readonly position: number;
  /** Null at the end of the text. */
  readonly token: DocumentToken | null;
  readonly row: SelectedRow;
  readonly tokenizer: Tokenizer | null;
  /** Null while there is nothing to list. */
  readonly ranked: Ranked | null;
  /** As drawn; null for typed tokens, outdated draws, and at the end. */
  readonly drawn: Distribution | null;
  /** With these settings; null without the full row, and where it would repeat `drawn`. */
  readonly now: Distribution | null;
  /** True where these settings leave no token to draw. */
  readonly nothingLeft: boolean;
  /** Entropy of the distribution before sampling, nats. */
  readonly entropy: number | null;
  /** A run is writing at the end: the place is that of the token it drew last, and goes on with it. */
  readonly live: boolean;
  /** The numbers are those of the place before: the ones of this place are on their way. */
  readonly stale: boolean;
}

/** Where the caret is; behind a run that writes, at the token that has just come with its candidates. */
function livePlace(place: TokenPlace, tokens: readonly DocumentToken[], running: boolean): number | null {
  const last = tokens.at(-1);
  return running && place === 'end' && last?.top !== undefined && last.stats !== undefined ? tokens.length - 1 : null;
}

/** The distribution, or null where these settings cannot give one. */
function shaped(
  rows: RowsActions,
  place: TokenPlace,
  settings: GenerationSettings,
  seed: number | null,
): Distribution | null {
  try {
    return rows.distribution(place, settings, seed);
  } catch (thrown) {
    if (thrown instanceof NucleusError && NOTHING_LEFT.includes(thrown.code)) return null;
    throw thrown;
  }
}

/** What is known of the place; while its distribution is on its way, that of the place before, as `stale`. */
export function useInspected(): Inspected {
  const known = useKnown();
  const last = useRef<Inspected | null>(null);
  useEffect(() => {
    if (known.ranked !== null) last.current = known;
  }, [known]);
  const before = last.current;
  const coming = known.row.status === 'waiting' || known.row.status === 'loading';
  if (known.ranked !== null || !coming || before === null || before.tokenizer !== known.tokenizer) return known;
  const { ranked, drawn, now } = before;
  return { ...known, ranked, drawn, now, stale: true };
}

function useKnown(): Inspected {
  const { rows } = useStores();
  const selected = useRows(s => s.selected);
  const caret = useDocument(s => s.selected);
  const running = useGeneration(s => isRunning(s.status));
  const tokens = useDocument(s => s.tokens);
  const tokenizer = useDocument(s => s.tokenizer);
  const settings = useSettings(s => s.settings);
  const seed = useSettings(lockedSeed);
  const vocabulary = useModel(s => (s.load.status === 'ready' ? s.load.model.dims.vocab_size : 0));
  return useMemo(() => {
    const following = livePlace(caret, tokens, running);
    const place = following ?? caret;
    const token = place === 'end' ? null : (tokens[place] ?? null);
    const position = place === 'end' ? tokens.length : place;
    const row: SelectedRow = selected.place === place ? selected : { status: 'waiting', place };
    const whole = { place, position, token, row, tokenizer, live: following !== null, stale: false };
    if (row.status === 'ready') {
      const draw = token?.draw && !token.draw.outdated ? token.draw : null;
      const drawn = draw && shaped(rows.getState(), place, draw.settings, seed);
      const now = shaped(rows.getState(), place, settings, seed);
      const repeats = draw !== null && drawn !== null && sameShape(draw.settings, settings);
      return {
        ...whole,
        ranked: rankedOfRow(row.row.ranked),
        drawn,
        now: repeats ? null : now,
        nothingLeft: now === null,
        entropy: row.row.ranked.entropy,
      };
    }
    const top = token?.top && token.stats ? rankedOfTop(token.top, token.stats.logZ, vocabulary) : null;
    return {
      ...whole,
      ranked: top,
      drawn: null,
      now: null,
      nothingLeft: false,
      entropy: token?.stats?.entropy ?? null,
    };
  }, [rows, selected, caret, running, tokens, tokenizer, settings, seed, vocabulary]);
}
