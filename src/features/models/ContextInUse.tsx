// The context of the model in use: used, allowed and what the model was made for, its memory now, and the choice of another.
import { formatBytes, formatCount } from '../../lib/format.ts';
import { noticeWords } from '../../stores/messages.ts';
import { useDocument, useModel, useStores } from '../../stores/react.ts';
import { Notice } from '../../ui/controls/Notice.tsx';
import { ContextChoice } from './ContextChoice.tsx';
import { allowContext } from './context.ts';
import styles from './Models.module.css';

export function ContextInUse() {
  const stores = useStores();
  const context = useModel(s => s.context);
  const used = useDocument(s => s.tokens.length);
  if (context === null) return null;
  const { needs, kv, allowed, bytes, slots, short } = context;
  return (
    <section aria-label="Context" className={styles.section}>
      <p>
        Context: {formatCount(used)} {used === 1 ? 'token' : 'tokens'} used, {formatCount(allowed)} allowed of{' '}
        {formatCount(needs.n_ctx)}. Room for {formatCount(slots)} positions in {formatBytes(bytes)} of GPU memory now.
      </p>
      {short && <Notice tone="warn">{noticeWords('context_short')}</Notice>}
      <ContextChoice
        needs={needs}
        allowed={allowed}
        onAllowed={tokens => void allowContext(stores, tokens)}
        kv={kv}
        onKv={format => void stores.model.getState().keepKv(format)}
      />
    </section>
  );
}
