// A number that can be typed: read on Enter or on leaving, arrows step; under it one sentence where a text was not taken as it stands.
import type { KeyboardEvent } from 'react';
import { cx } from './cx.ts';
import { FieldWords } from './FieldWords.tsx';
import styles from './NumberField.module.css';
import { type Range, snap } from './number.ts';
import { useTypedNumber } from './useTypedNumber.ts';

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
  least,
  describedBy,
  wide,
  disabled = false,
}: NumberFieldProps) {
  const range = { min, max, step, least };
  const { field, words, wordsId, forget } = useTypedNumber({ range, value, stays: String(value), onRead: onChange });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    field.onKeyDown(event);
    const direction = event.key === 'ArrowUp' ? 1 : event.key === 'ArrowDown' ? -1 : 0;
    if (direction === 0) return;
    event.preventDefault();
    forget();
    onChange(snap(value + direction * step * (event.shiftKey ? 10 : 1), range));
  };
  return (
    <>
      <input
        type="text"
        inputMode={min < 0 ? 'text' : 'decimal'}
        role="spinbutton"
        className={cx(styles.field, wide && styles.wide)}
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        aria-describedby={cx(describedBy, words !== null && wordsId) || undefined}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        {...field}
        onKeyDown={onKeyDown}
      />
      <FieldWords id={wordsId} words={words} />
    </>
  );
}
