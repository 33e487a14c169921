// One of a few: native radio buttons that look like a segmented control.
import { useId } from 'react';
import styles from './Choice.module.css';

interface ChoiceProps<T extends string> {
  /** Accessible name of the group. */
  label: string;
  value: T | null;
  options: readonly { readonly value: T; readonly label: string; readonly title?: string }[];
  onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.choice} aria-label={label}>
      {options.map(option => (
        <label key={option.value} className={styles.option} title={option.title}>
          <input
            type="radio"
            name={name}
            className="visually-hidden"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
