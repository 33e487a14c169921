// How long a text may be, and what that takes of the GPU's memory: one control for a model before its load and for the one in use.
import { type ContextNeeds, contextBytes, largestContext } from '../../lib/context-memory.ts';
import { formatBytes, formatCount } from '../../lib/format.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import styles from './Models.module.css';

export type KvFormat = 'f32' | 'f16';

const FORMATS = [
  { value: 'f32', label: 'f32' },
  { value: 'f16', label: 'f16' },
] as const;

interface ContextChoiceProps {
  /** With keys and values as chosen. */
  needs: ContextNeeds;
  /** Tokens. */
  allowed: number;
  onAllowed: (allowed: number) => void;
  kv: KvFormat;
  onKv: (kv: KvFormat) => void;
}

export function ContextChoice({ needs, allowed, onAllowed, kv, onKv }: ContextChoiceProps) {
  const most = largestContext(needs);
  const held = most < needs.n_ctx ? `, and ${formatCount(most)} are what the largest buffer of this adapter holds` : '';
  return (
    <div className={styles.context}>
      <div className={styles.line}>
        <span>Context allowed</span>
        <NumberField
          label="Context allowed, tokens"
          value={allowed}
          onChange={onAllowed}
          min={1}
          max={most}
          step={1}
          wide
        />
        <span className={styles.quiet}>
          tokens; the model was made for {formatCount(needs.n_ctx)}
          {held}
        </span>
      </div>
      <div className={styles.line}>
        <span>Keys and values</span>
        <Choice label="Keys and values" value={kv} options={FORMATS} onChange={onKv} />
        <span className={styles.quiet}>
          f16 takes half the memory; log-probabilities of the shipped model then move by 0.0005 on average, 0.005 at
          most.
        </span>
      </div>
      <p className={styles.quiet}>
        {formatBytes(needs.baseBytes)} for weights and the values of a step, and as the text grows up to{' '}
        {formatBytes(contextBytes(needs, allowed))} for keys and values.
      </p>
    </div>
  );
}
