// Over a list of shares: what its bars are long for. One choice for all lists, kept over reloads.
import { useId, useRef } from 'react';
import { useStores, useView } from '../../stores/react.ts';
import { BAR_SCALES } from '../../stores/view.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { placePopover } from '../../ui/controls/popover.ts';
import styles from './BarScaleSwitch.module.css';
import { SCALE_WORDS } from './barLength.ts';

export function BarScaleSwitch() {
  const { view } = useStores();
  const chosen = useView(s => s.barScale);
  const popover = useId();
  const group = useId();
  const button = useRef<HTMLSpanElement>(null);
  return (
    <span ref={button} className={styles.switch}>
      <IconButton icon="scale" label={`Scale of the bars: ${SCALE_WORDS[chosen].label}`} popoverTarget={popover} />
      <div
        id={popover}
        popover="auto"
        className={styles.choices}
        onToggle={event => {
          if (event.newState !== 'open' || !button.current) return;
          placePopover(event.currentTarget, button.current);
          event.currentTarget.querySelector<HTMLInputElement>('input:checked')?.focus();
        }}
      >
        <fieldset>
          <legend>Scale of the bars</legend>
          {BAR_SCALES.map(scale => (
            <label key={scale}>
              <input
                type="radio"
                name={group}
                checked={scale === chosen}
                onChange={() => view.getState().setBarScale(scale)}
              />
              <span>{SCALE_WORDS[scale].label}</span>
              <small>{SCALE_WORDS[scale].meaning}</small>
            </label>
          ))}
        </fieldset>
      </div>
    </span>
  );
}
