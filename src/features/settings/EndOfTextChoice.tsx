// What happens at the end-of-text token.
import { END_OF_TEXT_CHOICES } from '../../sampling/controls.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Choice } from '../../ui/controls/Choice.tsx';
import { Explain } from '../../ui/controls/Explain.tsx';
import styles from './Settings.module.css';

const OPTIONS = END_OF_TEXT_CHOICES.map(({ value, label, explanation }) => ({ value, label, title: explanation }));

export function EndOfTextChoice() {
  const { settings } = useStores();
  const value = useSettings(s => s.settings.end_of_text);
  const chosen = END_OF_TEXT_CHOICES.find(choice => choice.value === value);
  return (
    <div className={styles.field}>
      <span className={styles.label}>
        <Explain meaning={END_OF_TEXT_CHOICES.map(c => `${c.label}: ${c.explanation}`).join(' ')}>End of text</Explain>
      </span>
      <div className={styles.line}>
        <Choice
          label="End of text"
          value={value}
          options={OPTIONS}
          onChange={end_of_text => settings.getState().change({ end_of_text })}
        />
      </div>
      <p className={styles.hint}>{chosen?.explanation}</p>
    </div>
  );
}
