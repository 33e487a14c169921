// A labelled slider: native range and number field on the same value, its one-line explanation one click away.
import { useId } from 'react';
import { cx } from './cx.ts';
import { Explain } from './Explain.tsx';
import { NumberField } from './NumberField.tsx';
import { type Range, shareOf } from './number.ts';
import styles from './Slider.module.css';

interface SliderProps {
  label: string;
  meaning: string;
  value: number;
  /** Where the control does nothing; then it is shown as off. */
  off?: number | undefined;
  /** Range of the slider; the number field takes all of `bounds`. */
  travel: Range;
  bounds: Range;
  onChange: (value: number) => void;
}

export function Slider({ label, meaning, value, off, travel, bounds, onChange }: SliderProps) {
  const describe = useId();
  const isOff = off !== undefined && value === off;
  const { min, max, step, least } = bounds;
  return (
    <div className={styles.slider} data-explained>
      <div className={styles.label}>
        <Explain meaning={meaning} id={describe}>
          {label}
        </Explain>
        {isOff && <span className={styles.off}>off</span>}
      </div>
      <NumberField
        label={`${label}, number`}
        value={value}
        onChange={onChange}
        describedBy={describe}
        {...{ min, max, step, least }}
      />
      <input
        type="range"
        className={cx(styles.range, isOff && styles.neutral)}
        aria-label={label}
        aria-describedby={describe}
        value={value}
        min={travel.min}
        max={travel.max}
        step={travel.step}
        style={{ '--share': shareOf(value, travel) }}
        onChange={event => onChange(event.target.valueAsNumber)}
      />
    </div>
  );
}
