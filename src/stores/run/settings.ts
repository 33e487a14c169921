// The sampling controls and the seed as a person has set them. Values are clamped on the way in.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { GenerationDefaults } from '../../protocol/events.ts';
import type { GenerationSettings } from '../../sampling/settings.ts';
import { STARTING_SETTINGS } from '../../sampling/starting.ts';

/** Every whole number up to here is a seed of its own. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

export interface SettingsState {
  readonly settings: GenerationSettings;
  /** Decimal digits of a locked seed, which every run uses; '' draws a fresh one per run (shown as `generation.seed`). */
  readonly seed: string;
  /** What `reset` returns to: the defaults, with those of the model's author laid over them. */
  readonly defaults: GenerationSettings;
  /** Biases that the last change of the vocabulary took off: it has no such token. */
  readonly lostBiases: number;
}

/** The nearest settings that can be used. */
type Clamp = (value: unknown) => GenerationSettings;

interface SettingsActions {
  /** What clamps the values, once the steps are there; what has been set before is clamped then. */
  clampWith(clamp: Clamp): void;
  /** Changes some controls; everything is clamped to its range. */
  change(part: Partial<GenerationSettings>): void;
  reset(): void;
  /** Decimal digits up to MAX_SEED lock that seed, '' unlocks; anything else is ignored. */
  setSeed(text: string): void;
  /** Keeps `seed` (the one of the last run) for the runs to come. */
  lockSeed(seed: number): void;
  unlockSeed(): void;
  /** Defaults of the model's author. Controls a person has not touched follow them, unless all are to stay as they are. */
  setModelDefaults(defaults: GenerationDefaults, stay?: boolean): void;
  /** Biases follow their tokens into another vocabulary: `there` is the id of a token in it, null for one that it lacks. */
  moveBiases(there: (id: number) => number | null): void;
  dismissLost(): void;
  restore(kept: { readonly settings: Partial<GenerationSettings>; readonly seed: string }): void;
}

export type SettingsStoreState = SettingsState & SettingsActions;
export type SettingsStore = StoreApi<SettingsStoreState>;

/** The locked seed as a number; null when each run draws its own. */
export function lockedSeed(state: SettingsState): number | null {
  return state.seed === '' ? null : Number(state.seed);
}

export function createSettingsStore(): SettingsStore {
  let clamp: Clamp | null = null;
  const clamped = (value: GenerationSettings): GenerationSettings => clamp?.(value) ?? value;
  return createStore<SettingsStoreState>()((set, get) => ({
    settings: STARTING_SETTINGS,
    seed: '',
    defaults: STARTING_SETTINGS,
    lostBiases: 0,
    clampWith: given => {
      clamp = given;
      const { settings } = get();
      if (settings !== STARTING_SETTINGS) set({ settings: clamp(settings) });
    },
    change: part => set(state => ({ settings: clamped({ ...state.settings, ...part }) })),
    reset: () => set(state => ({ settings: state.defaults })),
    setSeed: text => {
      const digits = text.trim();
      if (digits === '') set({ seed: '' });
      // A seed that cannot be held exactly would draw as another one.
      else if (/^\d+$/.test(digits) && Number(digits) <= MAX_SEED) set({ seed: String(Number(digits)) });
    },
    lockSeed: seed => {
      if (Number.isSafeInteger(seed) && seed >= 0) set({ seed: String(seed) });
    },
    unlockSeed: () => set({ seed: '' }),
    setModelDefaults: (given, stay = false) => {
      const { settings, defaults: before } = get();
      const defaults = clamped({ ...STARTING_SETTINGS, ...given });
      const untouched = Object.fromEntries(
        Object.entries(defaults).filter(([name]) => {
          const control = name as keyof GenerationSettings;
          return settings[control] === before[control];
        }),
      );
      set(stay ? { defaults } : { defaults, settings: clamped({ ...settings, ...untouched }) });
    },
    moveBiases: there => {
      const { logit_bias: biases } = get().settings;
      const moved = biases.flatMap(({ id, bias }) => {
        const found = there(id);
        return found === null ? [] : [{ id: found, bias }];
      });
      get().change({ logit_bias: moved });
      set({ lostBiases: biases.length - moved.length });
    },
    dismissLost: () => set({ lostBiases: 0 }),
    restore: kept => {
      set(state => ({ settings: clamped({ ...state.settings, ...kept.settings }), seed: '' }));
      get().setSeed(kept.seed);
    },
  }));
}
