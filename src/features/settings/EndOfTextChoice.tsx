// What happens at the end-of-text token.
import { END_OF_TEXT_CHOICES } from '../../sampling/controls.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { ChoiceField } from './ChoiceField.tsx';

export function EndOfTextChoice() {
  const { settings } = useStores();
  const value = useSettings(s => s.settings.end_of_text);
  return (
    <ChoiceField
      label="End of text"
      choices={END_OF_TEXT_CHOICES}
      value={value}
      onChange={end_of_text => settings.getState().change({ end_of_text })}
    />
  );
}
