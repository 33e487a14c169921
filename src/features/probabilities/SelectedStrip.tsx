// On a phone: the selected token in one line, and the ways into the two sheets.
import { formatProbability } from '../../lib/format.ts';
import { useDocument, useRows, useStores } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { faceOf, textOfBytes } from '../shared/tokenFace.ts';
import { rankedOfRow } from './candidates.ts';
import styles from './SelectedStrip.module.css';

/** The likeliest next token, once its distribution is here. */
function NextToken() {
  const row = useRows(s => (s.selected.status === 'ready' && s.selected.place === 'end' ? s.selected.row : null));
  const tokenizer = useDocument(s => s.tokenizer);
  const ranked = row && rankedOfRow(row.ranked);
  const likeliest = ranked?.ids[0];
  if (likeliest === undefined || !tokenizer || !ranked) return 'What comes next';
  return (
    <>
      Next:{' '}
      <span className={styles.number}>
        <TokenText {...faceOf(tokenizer, likeliest)} />{' '}
        <span className="num">{formatProbability(ranked.before(likeliest))}</span> before sampling
      </span>
    </>
  );
}

export function SelectedStrip() {
  const { view } = useStores();
  const token = useDocument(s => (s.selected === 'end' ? null : (s.tokens[s.selected] ?? null)));
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
      <IconButton icon="settings" label="Settings" onClick={() => view.getState().open('settings')} />
    </div>
  );
}
