// The settings of sampling and of a run: those of the steps, and the few beside them; reading settings that come from outside.
import { NucleusError } from '../lib/error.ts';
import { choice, numeric, type Setting, strings } from './setting.ts';
import type { EndOfText } from './steps/end_of_text.ts';
import type { SamplerOrder, Step } from './steps/step.ts';
import { STEPS, type StepValues, settingsOf } from './steps.ts';

/** What shapes a distribution. What each setting means, its bounds and where it is off stand in `steps/<key>.ts`. */
export type SamplingSettings = Omit<StepValues, 'end_of_text'> & { readonly order: SamplerOrder };

export type GenerationSettings = SamplingSettings & {
  readonly max_new_tokens: number;
  readonly stop: readonly string[];
  readonly end_of_text: EndOfText;
};

export const STOP_BOUNDS = {
  /** Those of a person, and four that a run may end by besides: at the end of a turn, at two signs of a call, at the sign of a command. */
  entries: 20,
  /** That a person may give. */
  own: 16,
  /** UTF-16 units in each. */
  length: 256,
} as const;

const order = choice<'order', SamplerOrder>('order', ['transformers', 'llama.cpp'], 'transformers');

export const maxNewTokens = numeric({
  key: 'max_new_tokens',
  default: 96,
  off: null,
  bounds: { min: 1, max: 100_000, whole: true },
  label: 'Length',
  explanation: 'The most tokens that one run adds.',
  travel: { min: 1, max: 512, step: 1 },
  unit: 'tokens',
});

const stop = strings('stop', 'stop string', [], STOP_BOUNDS);

/** Settings beside those of the steps. */
const BESIDE = [order, maxNewTokens, stop] as const;

/** What was read from outside. */
export interface ReadSettings<S> {
  readonly settings: S;
  /** Settings that are not named there: they are off, or at their default where they have no off. */
  readonly missing: readonly string[];
  /** What is named there and no setting of this page, as it came. */
  readonly unknown: Readonly<Record<string, unknown>>;
  /** Settings with a value that they cannot have; the nearest one stands in `settings`. */
  readonly unsound: readonly { readonly key: string; readonly value: unknown }[];
}

export interface SettingsReader<S> {
  readonly defaults: S;
  /** From a store: nearest values, defaults for what is missing, unknown keys dropped. Never throws. */
  clamp(value: unknown): S;
  /** From a link or a file, which may be older or newer than this page. Never throws. */
  read(value: unknown): ReadSettings<S>;
  /** @throws NucleusError bad_settings at the first value outside its bounds; `detail.setting` names it. */
  validate(settings: S): void;
}

/** A value that an object has itself, under a key; undefined for what is no object. */
function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

/** True where a value of JSON is the same as `clamped`, which has only numbers, texts, lists and plain objects. */
function same(value: unknown, clamped: unknown): boolean {
  if (Object.is(value, clamped) || value === clamped) return true;
  if (typeof value !== 'object' || typeof clamped !== 'object' || value === null || clamped === null) return false;
  const [left, right] = [Object.entries(value), new Map(Object.entries(clamped))];
  return left.length === right.size && left.every(([key, each]) => right.has(key) && same(each, right.get(key)));
}

/** Reads the settings of a list of steps and those beside them. S: all of their values by key. */
export function settingsReader<S extends Readonly<Record<string, unknown>>>(steps: readonly Step[]): SettingsReader<S> {
  const all: readonly Setting[] = [...settingsOf(steps), ...BESIDE];
  // The keys and types of S are those of the list.
  const made = (value: (setting: Setting) => unknown): S =>
    Object.fromEntries(all.map(setting => [setting.key, value(setting)])) as S;
  const keys = new Set(all.map(({ key }) => key));
  return {
    defaults: made(setting => setting.default),
    clamp: value => made(setting => setting.clamp(fieldOf(value, setting.key))),
    read: value => {
      const fields = typeof value === 'object' && value !== null ? Object.entries(value) : [];
      const named = new Map<string, unknown>(fields);
      const settings = made(setting =>
        named.has(setting.key) ? setting.clamp(named.get(setting.key)) : setting.unnamed,
      );
      return {
        settings,
        missing: [...keys].filter(key => !named.has(key)),
        unknown: Object.fromEntries(fields.filter(([key]) => !keys.has(key))),
        unsound: fields
          .filter(([key, each]) => keys.has(key) && !same(each, settings[key]))
          .map(([key, each]) => ({ key, value: each })),
      };
    },
    validate: settings => {
      for (const setting of all) {
        const fault = setting.fault(settings[setting.key]);
        if (fault !== null) throw new NucleusError('bad_settings', fault, { setting: setting.key });
      }
    },
  };
}

const READER = settingsReader<GenerationSettings>(STEPS);

export const DEFAULT_SETTINGS: GenerationSettings = READER.defaults;

/** Settings from a store: numbers clamped, unknown keys and unusable values dropped, lists bounded. Never throws. */
export const clampSettings: (value: unknown) => GenerationSettings = READER.clamp;

/** Settings from a link or a file. Never throws. */
export const readSettings: (value: unknown) => ReadSettings<GenerationSettings> = READER.read;

/** @throws NucleusError bad_settings at the first value outside its bounds; `detail.setting` names it. */
export const validateSettings: (settings: GenerationSettings) => void = READER.validate;
