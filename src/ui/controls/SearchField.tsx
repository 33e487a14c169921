// A field to search with; Esc empties it.
import { useId } from 'react';
import { Icon } from './Icon.tsx';
import styles from './SearchField.module.css';

interface SearchFieldProps {
  label: string;
  placeholder: string;
  /** More than a placeholder can say: a tip, and what readers hear with the field. */
  hint?: string;
  value: string;
  onChange: (value: string) => void;
  /** The time to get ready what the first key will need. */
  onEnter?: () => void;
}

export function SearchField({ label, placeholder, hint, value, onChange, onEnter }: SearchFieldProps) {
  const described = useId();
  return (
    <span className={styles.search}>
      <Icon name="search" size={14} />
      <input
        type="search"
        aria-label={label}
        aria-describedby={hint === undefined ? undefined : described}
        title={hint}
        placeholder={placeholder}
        value={value}
        autoComplete="off"
        spellCheck={false}
        onFocus={onEnter}
        onChange={event => onChange(event.target.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape' || value === '') return;
          event.preventDefault();
          event.stopPropagation();
          onChange('');
        }}
      />
      {hint !== undefined && (
        <span id={described} className="visually-hidden">
          {hint}
        </span>
      )}
    </span>
  );
}
