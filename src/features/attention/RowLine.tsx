// Which token reads: the row that is shown, what it means, and what is still to come.

import { isAbout } from '../../stores/gpu-work/probe-state.ts';
import { useDocument } from '../../stores/react.ts';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { textOfBytes } from '../shared/tokenFace.ts';
import styles from './Attention.module.css';
import { RowStatus } from './RowStatus.tsx';
import { useAttention } from './useAttention.ts';

const MEANING =
  'Each head mixes what it reads from this token and the ones before it. The weights are the shares of that mix: they add up to 100 %, and later tokens have none (causal attention).';
const LIMITS =
  'A large weight says where a head looks, not what it takes from there or what that does: how large the mixed values are, the other heads and the MLPs count too. To see the effect of a head, switch it off in Ablation.';

/** What is selected, and the row that is shown: of that place, or dimmed until the one of that place has come. */
export function RowLine() {
  const about = useAttention(s => isAbout(s.probe));
  const ready = useAttention(s => s.probe.status === 'ready');
  const row = useAttention(s => s.row);
  const position = useDocument(s => (s.selected === 'end' ? s.tokens.length - 1 : s.selected));
  const token = useDocument(s => s.tokens[position]);
  const named = about && token !== undefined;
  return (
    <header className={styles.head} aria-busy={named && !ready}>
      <h2>
        {named ? (
          <>
            <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} />
            {ready
              ? position === 0
                ? ' reads itself'
                : ` reads positions 0 to ${position}`
              : ` at position ${position}`}
          </>
        ) : (
          'Attention'
        )}
      </h2>
      <p className={styles.words}>
        {named && row !== null && (
          <>
            The row of position {row.position}:{' '}
            {ready
              ? 'what heads read here while the model computes what comes after it. '
              : 'it is shown until the one above has come. '}
          </>
        )}
        <Explain meaning={MEANING}>What weights are</Explain> · <Explain meaning={LIMITS}>what they are not</Explain>
      </p>
      {named && row !== null && <RowStatus />}
    </header>
  );
}
