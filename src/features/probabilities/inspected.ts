// What the inspector looks at: the selected place, its token, and the distributions there, as drawn and with these settings.
import { useMemo } from 'react';
import { NucleusError } from '../../lib/error.ts';
import type { Distribution } from '../../sampling/pipeline.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import type { DocumentToken, TokenPlace } from '../../stores/document/types.ts';
import { useDocument, useModel, useRows, useSettings, useStores } from '../../stores/react.ts';
import type { RowsActions, SelectedRow } from '../../stores/run/rows-types.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { type Ranked, rankedOfRow, rankedOfTop } from './candidates.ts';
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
  /** True where the bans of these settings leave no token to draw. */
  readonly nothingLeft: boolean;
  /** Entropy of the distribution before sampling, nats. */
  readonly entropy: number | null;
}

/** The distribution, or null where these settings cannot give one. */
function shaped(rows: RowsActions, place: TokenPlace, settings: GenerationSettings): Distribution | null {
  try {
    return rows.distribution(place, settings);
  } catch (thrown) {
    if (thrown instanceof NucleusError && thrown.code === 'bad_settings') return null;
    throw thrown;
  }
}

export function useInspected(): Inspected {
  const { rows } = useStores();
  const selected = useRows(s => s.selected);
  const place = useDocument(s => s.selected);
  const tokens = useDocument(s => s.tokens);
  const tokenizer = useDocument(s => s.tokenizer);
  const settings = useSettings(s => s.settings);
  const vocabulary = useModel(s => (s.load.status === 'ready' ? s.load.model.dims.vocab_size : 0));
  return useMemo(() => {
    const token = place === 'end' ? null : (tokens[place] ?? null);
    const position = place === 'end' ? tokens.length : place;
    const row: SelectedRow = selected.place === place ? selected : { status: 'waiting', place };
    const whole = { place, position, token, row, tokenizer };
    if (row.status === 'ready') {
      const draw = token?.draw && !token.draw.outdated ? token.draw : null;
      const drawn = draw && shaped(rows.getState(), place, draw.settings);
      const now = shaped(rows.getState(), place, settings);
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
  }, [rows, selected, place, tokens, tokenizer, settings, vocabulary]);
}
