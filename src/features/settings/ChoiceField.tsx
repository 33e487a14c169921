// One of a few choices, and below it what the chosen one does.
import { Choice } from '../../ui/controls/Choice.tsx';
import { Field } from './Field.tsx';
import styles from './Settings.module.css';

interface ChoiceFieldProps<T extends string> {
  label: string;
  choices: readonly { readonly value: T; readonly label: string; readonly explanation: string }[];
  value: T;
  onChange: (value: T) => void;
}

export function ChoiceField<T extends string>({ label, choices, value, onChange }: ChoiceFieldProps<T>) {
  return (
    <Field label={label} meaning={choices.map(each => `${each.label}: ${each.explanation}`).join(' ')}>
      <div className={styles.line}>
        <Choice
          label={label}
          value={value}
          options={choices.map(({ explanation, ...each }) => ({ ...each, title: explanation }))}
          onChange={onChange}
        />
      </div>
      <p className={styles.hint}>{choices.find(each => each.value === value)?.explanation}</p>
    </Field>
  );
}
