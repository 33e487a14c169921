// What the settings panel shows: the numeric settings, the choices, and the presets.
import type { NumericFields } from './setting.ts';
import { DEFAULT_SETTINGS, type GenerationSettings, maxNewTokens, type SamplingSettings } from './settings.ts';
import type { EndOfText } from './steps/end_of_text.ts';
import { isNumeric, type SamplerOrder, type Step } from './steps/step.ts';
import { STEPS } from './steps.ts';

type NumericStep = Extract<(typeof STEPS)[number], { readonly default: number }>;
export type ShapeKey = NumericStep['key'];
export type NumericKey = ShapeKey | 'max_new_tokens';

/** The numeric settings of a list of steps, in its order. */
export function numericOf<K extends string>(steps: readonly Step<K>[]): NumericFields<K>[] {
  return steps.filter(isNumeric);
}

/** The numeric settings that shape the distribution. */
export const SHAPE: readonly NumericFields<ShapeKey>[] = STEPS.filter(isNumeric);

/** Every numeric setting, in the order of the panel. */
export const CONTROLS: readonly NumericFields<NumericKey>[] = [...SHAPE, maxNewTokens];

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly explanation: string;
}

export const ORDER_CHOICES: readonly Choice<SamplerOrder>[] = [
  {
    value: 'transformers',
    label: 'transformers',
    explanation: 'Temperature first: it changes what the cuts after it keep.',
  },
  {
    value: 'llama.cpp',
    label: 'llama.cpp',
    explanation: "Temperature last: the cuts see the model's own probabilities.",
  },
];

export const END_OF_TEXT_CHOICES: readonly Choice<EndOfText>[] = [
  { value: 'stop', label: 'Stop', explanation: 'The run ends when the model draws its end-of-text token.' },
  { value: 'continue', label: 'Go on', explanation: 'End-of-text is drawn like any token, and the run goes on.' },
  { value: 'never', label: 'Never draw it', explanation: 'End-of-text is cut before each draw.' },
];

/** What a preset sets. */
export type ShapeSettings = Pick<SamplingSettings, ShapeKey>;

export interface Preset {
  readonly key: 'precise' | 'balanced' | 'wild' | 'notes';
  readonly label: string;
  readonly explanation: string;
  readonly settings: ShapeSettings;
}

/** Every step of a list at the value that does nothing. */
export function neutralOf<K extends string>(settings: readonly NumericFields<K>[]): Readonly<Record<K, number>> {
  const off = settings.map(setting => [setting.key, setting.off ?? setting.default] as const);
  return Object.fromEntries(off) as Record<K, number>;
}

/** The model's own distribution. */
export const NEUTRAL: ShapeSettings = neutralOf(SHAPE);

export const PRESETS: readonly Preset[] = [
  {
    key: 'precise',
    label: 'Precise',
    explanation: 'Close to the likeliest text: facts, commands, code.',
    settings: { ...NEUTRAL, temperature: 0.3, top_p: 0.9 },
  },
  {
    key: 'balanced',
    label: 'Balanced',
    explanation: 'Varied, yet in line: where Nucleus starts.',
    settings: { ...NEUTRAL, temperature: DEFAULT_SETTINGS.temperature, top_p: DEFAULT_SETTINGS.top_p },
  },
  {
    key: 'wild',
    label: 'Wild',
    explanation: 'Surprising turns; only the far tail is cut.',
    settings: { ...NEUTRAL, temperature: 1.4, min_p: 0.02 },
  },
  {
    key: 'notes',
    label: 'Notes',
    explanation: 'Temperature 0.7 and top-p 0.73.',
    settings: { ...NEUTRAL, temperature: 0.7, top_p: 0.73 },
  },
];

/** The settings with a preset's shape; logit bias, order, length, stop strings and end-of-text stay. */
export function withPreset(settings: GenerationSettings, preset: Preset): GenerationSettings {
  return { ...settings, ...preset.settings };
}

/** The preset these settings have the shape of, or null. */
export function presetOf(settings: SamplingSettings): Preset | null {
  const same = (shape: ShapeSettings): boolean => SHAPE.every(({ key }) => shape[key] === settings[key]);
  return PRESETS.find(preset => same(preset.settings)) ?? null;
}
