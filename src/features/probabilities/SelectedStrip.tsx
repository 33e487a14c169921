// On a phone: the selected token in one line, and the ways into the two sheets.
import { useEffect, useRef } from 'react';
import { formatProbability } from '../../lib/format.ts';
import { useDocument, useGeneration, useRows, useStores } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { PHONE, useMedia } from '../../ui/controls/useMedia.ts';
import { rankedOfRow } from '../shared/ranked.ts';
import { TextSizeButton } from '../shared/TextSizeButton.tsx';
import { faceOf, textOfBytes } from '../shared/tokenFace.ts';
import styles from './SelectedStrip.module.css';

/** The likeliest next token; until its distribution is here that of the place before, dimmed. */
function NextToken() {
  const row = useRows(s => (s.selected.status === 'ready' && s.selected.place === 'end' ? s.selected.row : null));
  const coming = useRows(s => s.selected.status === 'waiting' || s.selected.status === 'loading');
  const tokenizer = useDocument(s => s.tokenizer);
  const last = useRef({ row, tokenizer });
  useEffect(() => {
    if (row !== null) last.current = { row, tokenizer };
  }, [row, tokenizer]);
  const kept = coming && last.current.tokenizer === tokenizer ? last.current.row : null;
  const known = row ?? kept;
  const ranked = known && rankedOfRow(known.ranked);
  const likeliest = ranked?.ids[0];
  if (likeliest === undefined || !tokenizer || !ranked) return 'What comes next';
  return (
    <>
      Next:{' '}
      <span className={styles.number} data-stale={row === null}>
        <TokenText {...faceOf(tokenizer, likeliest)} />{' '}
        <span className="num">{formatProbability(ranked.before(likeliest))}</span> before sampling
      </span>
    </>
  );
}

export function SelectedStrip() {
  const { view } = useStores();
  const phone = useMedia(PHONE);
  const running = useGeneration(s => isRunning(s.status));
  // Behind a run that writes, the token that has just come.
  const token = useDocument(s => {
    if (s.selected !== 'end') return s.tokens[s.selected] ?? null;
    const newest = s.tokens.at(-1);
    return running && newest?.top !== undefined ? newest : null;
  });
  return (
    <div className={styles.strip}>
      <Button icon="inspect" className={styles.token} onClick={() => view.getState().open('inspector')}>
        {token ? (
          <>
            <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />{' '}
            {token.stats && (
              <span className={styles.number}>
                <span className="num">{formatProbability(Math.exp(token.stats.logprob))}</span> before sampling
              </span>
            )}
          </>
        ) : (
          <NextToken />
        )}
      </Button>
      {phone && <TextSizeButton />}
      <IconButton icon="settings" label="Settings" onClick={() => view.getState().open('settings')} />
    </div>
  );
}
