// Actions of the settings: the way to each of them, presets, the seed.
import { freshSeed } from '../../lib/rng.ts';
import { CONTROLS, PRESETS, presetOf, withPreset } from '../../sampling/controls.ts';
import { sameSettings } from '../../sampling/same.ts';
import type { Stores } from '../../stores/stores.ts';
import { NARROW } from '../../ui/controls/useMedia.ts';
import { foldSettings } from '../folds.ts';
import type { Action } from './action.ts';

/** Looked for so often, a frame apart: the panel comes with its first look. */
const MOST_LOOKS = 120;

function focusSoon(selector: string, looks = MOST_LOOKS): void {
  const found = document.querySelector<HTMLElement>(`[aria-label="Settings"] ${selector}`);
  if (found !== null) {
    found.scrollIntoView({ block: 'nearest' });
    found.focus();
  } else if (looks > 0) requestAnimationFrame(() => focusSoon(selector, looks - 1));
}

const isOpen = (): boolean => document.querySelector('section[aria-label="Settings"]') !== null;

/** Opens the settings, where they are folded or in a sheet, and puts the focus on one of them. */
function goTo(stores: Stores, selector: string): void {
  if (matchMedia(NARROW).matches) stores.view.getState().open('settings');
  else if (!isOpen()) foldSettings(stores, false);
  focusSoon(selector);
}

/** Keys of those that are turned most. */
const KEYS: Readonly<Record<string, string>> = { temperature: 'Own+T', top_p: 'Own+P' };

const WAYS: readonly Action[] = CONTROLS.map(({ key, label }) => ({
  id: `setting:${key}`,
  title: `Set: ${label}`,
  words: `${key} sampling`,
  group: 'Settings',
  ...(KEYS[key] === undefined ? {} : { keys: [KEYS[key]] }),
  act: stores => goTo(stores, `[aria-label="${label}, number"]`),
}));

const PRESET_ACTIONS: readonly Action[] = PRESETS.map(preset => ({
  id: `preset:${preset.key}`,
  title: `Preset: ${preset.label}`,
  words: preset.explanation,
  group: 'Settings',
  hindrance: ({ settings }) =>
    presetOf(settings.getState().settings)?.key === preset.key ? 'The settings are so' : null,
  act: ({ settings }) => settings.getState().change(withPreset(settings.getState().settings, preset)),
}));

export const SETTINGS_ACTIONS: readonly Action[] = [
  {
    id: 'settings',
    title: 'Go to the settings',
    words: 'sampling sliders',
    group: 'Settings',
    keys: ['Own+S'],
    act: stores => goTo(stores, 'input, button'),
  },
  {
    id: 'fold_settings',
    title: 'Fold the settings to a line',
    group: 'Settings',
    hindrance: () => (isOpen() ? null : 'They are folded'),
    act: stores => foldSettings(stores, true),
  },
  ...PRESET_ACTIONS,
  {
    id: 'reset_settings',
    title: 'Reset the settings',
    words: 'defaults',
    group: 'Settings',
    hindrance: ({ settings }) => {
      const { settings: now, defaults } = settings.getState();
      return sameSettings(now, defaults) ? 'They are the defaults' : null;
    },
    act: ({ settings }) => settings.getState().reset(),
  },
  {
    id: 'lock_seed',
    title: 'Lock the seed of the last run, or unlock it',
    group: 'Settings',
    keys: ['Own+L'],
    hindrance: ({ settings, generation }) =>
      settings.getState().seed === '' && generation.getState().seed === null ? 'No run has had a seed yet' : null,
    act: ({ settings, generation }) => {
      const { seed, lockSeed, unlockSeed } = settings.getState();
      const last = generation.getState().seed;
      if (seed !== '') unlockSeed();
      else if (last !== null) lockSeed(last);
    },
  },
  {
    id: 'new_seed',
    title: 'Lock a new seed',
    words: 'dice random',
    group: 'Settings',
    act: ({ settings }) => settings.getState().lockSeed(freshSeed()),
  },
  ...WAYS,
];
