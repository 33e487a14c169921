// On a phone: the selected token in one line, and the ways into the two sheets.
import { formatProbability } from '../../lib/format.ts';
import { useDocument, useStores } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { TokenText } from '../../ui/TokenText.tsx';
import { textOfBytes } from '../tokenFace.ts';
import styles from './SelectedStrip.module.css';

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
          'What comes next'
        )}
      </Button>
      <IconButton icon="settings" label="Settings" onClick={() => view.getState().open('settings')} />
    </div>
  );
}
