// How long a text may be, and what that takes of the GPU's memory: one control for a model before its load and for the one in use.
import { type ContextNeeds, contextBytes, largestContext } from '../../lib/context-memory.ts';
import { formatBytes, formatCount } from '../../lib/format.ts';
import { NumberField } from '../../ui/controls/NumberField.tsx';
import styles from './Models.module.css';

export interface ContextChoiceProps {
  needs: ContextNeeds;
  /** Tokens. */
  allowed: number;
  onChange: (allowed: number) => void;
}

export function ContextChoice({ needs, allowed, onChange }: ContextChoiceProps) {
  const most = largestContext(needs);
  const held = most < needs.n_ctx ? `, and ${formatCount(most)} are what the largest buffer of this adapter holds` : '';
  return (
    <div className={styles.context}>
      <div className={styles.line}>
        <span>Context allowed</span>
        <NumberField
          label="Context allowed, tokens"
          value={allowed}
          onChange={onChange}
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
      <p className={styles.quiet}>
        {formatBytes(needs.baseBytes)} for weights and the values of a step, and as the text grows up to{' '}
        {formatBytes(contextBytes(needs, allowed))} for keys and values.
      </p>
    </div>
  );
}
