// A number that can be typed: a draft while it has the focus, committed on Enter or on leaving, arrows step.
import { type KeyboardEvent, useState } from 'react';
import { cx } from './cx.ts';
import styles from './NumberField.module.css';
import { type Range, readNumber, snap } from './number.ts';

interface NumberFieldProps extends Range {
  label: string;
  value: number;
  onChange: (value: number) => void;
  describedBy?: string | undefined;
  wide?: boolean;
  disabled?: boolean;
}

export function NumberField({
  label,
  value,
  onChange,
  min,
  max,
  step,
  describedBy,
  wide,
  disabled = false,
}: NumberFieldProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const range = { min, max, step };
  const commit = () => {
    if (draft === null) return;
    const read = readNumber(draft, range);
    if (read !== undefined && read !== value) onChange(read);
    setDraft(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) commit();
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    setDraft(null);
    onChange(snap(value + direction * step * (event.shiftKey ? 10 : 1), range));
  };
  return (
    <input
      type="text"
      inputMode={min < 0 ? 'text' : 'decimal'}
      role="spinbutton"
      className={cx(styles.field, wide && styles.wide)}
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      aria-describedby={describedBy}
      autoComplete="off"
      spellCheck={false}
      disabled={disabled}
      value={draft ?? String(value)}
      onChange={event => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={onKeyDown}
    />
  );
}
