// A numeric control by its key: slider, number, one line of meaning.
import { CONTROLS } from '../../sampling/controls.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Slider } from '../../ui/controls/Slider.tsx';
import { FOLDED } from './rare.ts';

export function Control({ control }: { control: (typeof CONTROLS)[number] }) {
  const { settings } = useStores();
  const value = useSettings(s => s.settings[control.key]);
  return (
    <Slider
      label={control.label}
      meaning={control.explanation}
      value={value}
      off={control.off ?? undefined}
      travel={control.travel}
      bounds={{ ...control.bounds, step: control.travel.step }}
      onChange={next => settings.getState().change({ [control.key]: next })}
    />
  );
}

/** What is turned most, in this order, before the endings of a run; every other control comes after them. */
const FIRST: readonly string[] = ['temperature', 'top_p', 'top_k', 'min_p', 'max_new_tokens'];

export function Controls({ part }: { part: 'first' | 'others' }) {
  const often = CONTROLS.filter(({ key }) => !FOLDED.has(key));
  const found = often.filter(control => FIRST.includes(control.key) === (part === 'first'));
  const sorted = part === 'first' ? found.toSorted((a, b) => FIRST.indexOf(a.key) - FIRST.indexOf(b.key)) : found;
  return sorted.map(control => <Control key={control.key} control={control} />);
}
