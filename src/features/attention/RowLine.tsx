// Which token reads: the row that is shown, what it means, and what is still to come.
import { formatDuration } from '../../lib/format.ts';
import { useDocument, useGeneration } from '../../stores/react.ts';
import { isRunning } from '../../stores/run/generation-types.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import { TokenText } from '../../ui/controls/TokenText.tsx';
import { ErrorNotice } from '../shared/ErrorNotice.tsx';
import { textOfBytes } from '../shared/tokenFace.ts';
import styles from './Attention.module.css';
import { useAttention, useAttentionStore } from './useAttention.ts';

const MEANING =
  'Each head mixes what it reads from this token and the ones before it. The weights are the shares of that mix: they add up to 100 %, and later tokens have none (causal attention).';
const LIMITS =
  'A large weight says where a head looks, not what it takes from there or what that does: how large the mixed values are, the other heads and the MLPs count too. To see the effect of a head, switch it off in Ablation.';

/** Where the wanted row needs a person: why, and the way on. */
function Pending() {
  const attention = useAttentionStore();
  const wanted = useAttention(s => s.wanted);
  const position = useDocument(s => (s.selected === 'end' ? s.tokens.length - 1 : s.selected));
  const fetch = () => attention.getState().fetchRow();
  if (wanted.status === 'failed') return <ErrorNotice error={wanted.error} retry={fetch} />;
  if (wanted.status !== 'costly') return null;
  return (
    <p className={styles.pending}>
      Position {position} takes about {formatDuration(wanted.seconds * 1000)}.{' '}
      <Button onClick={fetch}>Compute it</Button>
    </p>
  );
}

export function RowLine() {
  const row = useAttention(s => s.row);
  const older = useAttention(s => s.row !== null && s.wanted.status !== 'ready');
  const running = useGeneration(s => isRunning(s.status));
  const token = useDocument(s => (row === null ? undefined : s.tokens[row.position]));
  return (
    <header className={styles.head} aria-busy={older}>
      <h2>
        {row !== null && token ? (
          <>
            <TokenText text={textOfBytes(token.bytes)} bytes={token.bytes} special={token.special} /> reads
            {row.position === 0 ? ' itself' : ` positions 0 to ${row.position}`}
          </>
        ) : (
          'Attention'
        )}
      </h2>
      <p className={styles.words}>
        {row !== null && token ? (
          <>
            The row of position {row.position}:{' '}
            {older && running
              ? 'that of the newest token follows after the run. '
              : 'what heads read here while the model computes what comes after it. '}
          </>
        ) : null}
        <Explain meaning={MEANING}>What weights are</Explain> · <Explain meaning={LIMITS}>what they are not</Explain>
      </p>
      {row !== null && <Pending />}
    </header>
  );
}
