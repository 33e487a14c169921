// The numeric controls, two in a row: slider, number, one line of meaning.
import { CONTROLS, type NumericControl } from '../../sampling/controls.ts';
import { BOUNDS } from '../../sampling/settings.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Slider } from '../../ui/Slider.tsx';
import styles from './Controls.module.css';

function Control({ control }: { control: NumericControl }) {
  const { settings } = useStores();
  const value = useSettings(s => s.settings[control.key]);
  return (
    <Slider
      label={control.label}
      meaning={control.explanation}
      value={value}
      off={control.off ?? undefined}
      travel={control}
      bounds={{ ...BOUNDS[control.key], step: control.step }}
      onChange={next => settings.getState().change({ [control.key]: next })}
    />
  );
}

export function Controls() {
  return (
    <div className={styles.controls}>
      {CONTROLS.map(control => (
        <Control key={control.key} control={control} />
      ))}
    </div>
  );
}
