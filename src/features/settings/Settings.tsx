// All controls of sampling and of the run: presets, sliders, order of the steps, endings, seed, bias.

import { PRESETS, presetOf, withPreset } from '../../sampling/controls.ts';
import { sameSettings } from '../../sampling/same.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { useSettings, useStores } from '../../stores/react.ts';
import { Button, IconButton } from '../../ui/controls/Button.tsx';
import { Choice } from '../../ui/controls/Choice.tsx';
import { ScrollPane } from '../../ui/controls/ScrollPane.tsx';
import { Controls } from './Controls.tsx';
import { EndOfTextChoice } from './EndOfTextChoice.tsx';
import { LogitBias } from './LogitBias.tsx';
import { MoreSteps } from './MoreSteps.tsx';
import { SamplerOrder } from './SamplerOrder.tsx';
import { Seed } from './Seed.tsx';
import styles from './Settings.module.css';
import { StopStrings } from './StopStrings.tsx';

const PRESET_OPTIONS = PRESETS.map(({ key, label, explanation }) => ({ value: key, label, title: explanation }));

function Presets({ settings }: { settings: GenerationSettings }) {
  const { settings: store } = useStores();
  return (
    <Choice
      label="Preset"
      value={presetOf(settings)?.key ?? null}
      options={PRESET_OPTIONS}
      onChange={key => {
        const preset = PRESETS.find(each => each.key === key);
        if (preset) store.getState().change(withPreset(settings, preset));
      }}
    />
  );
}

/** @param fold puts them away, where they stand beside other things */
export function Settings({ fold }: { fold?: () => void }) {
  const { settings: store, view } = useStores();
  const settings = useSettings(s => s.settings);
  const untouched = useSettings(s => sameSettings(s.settings, s.defaults));
  return (
    <section className={styles.settings} aria-label="Settings">
      <header className={styles.head}>
        <h2 className="visually-hidden">Settings</h2>
        <Presets settings={settings} />
        <Button className={styles.reset} variant="quiet" disabled={untouched} onClick={() => store.getState().reset()}>
          Reset
        </Button>
        {fold && <IconButton icon="down" label="Fold the settings" aria-expanded={true} onClick={fold} />}
      </header>
      <ScrollPane more="More settings" className={styles.body}>
        <div className={styles.ways}>
          <Button variant="quiet" aria-haspopup="dialog" onClick={() => view.getState().open('presets')}>
            Saved presets
          </Button>
          <Button variant="quiet" aria-haspopup="dialog" onClick={() => view.getState().open('code')}>
            View code
          </Button>
        </div>
        <div className={styles.controls}>
          <div className={styles.part} data-part>
            <Controls part="first" />
          </div>
          <div className={styles.part} data-part>
            <Seed />
            <StopStrings />
            <EndOfTextChoice />
          </div>
        </div>
        <div className={styles.controls} data-part>
          <Controls part="others" />
        </div>
        <div className={styles.part} data-part>
          <MoreSteps />
        </div>
        <div className={styles.part} data-part>
          <LogitBias />
          <SamplerOrder />
        </div>
      </ScrollPane>
    </section>
  );
}
