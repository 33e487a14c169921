// What the settings panel shows of each setting: its name, one line for people, the travel of its slider; and the presets.
import {
  DEFAULT_SETTINGS,
  type EndOfText,
  type GenerationSettings,
  type NumericKey,
  type SamplerOrder,
  type SamplingSettings,
} from './settings.ts';

export interface NumericControl {
  readonly key: NumericKey;
  readonly label: string;
  /** One line: what a higher or lower value does to the text. */
  readonly explanation: string;
  /** Travel of the slider, inside BOUNDS, and its step. */
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** The value at which it does nothing; null where there is none. */
  readonly off: number | null;
  /** Unit behind the number, or ''. */
  readonly unit: string;
}

/** In the order of the panel. */
export const CONTROLS: readonly NumericControl[] = [
  {
    key: 'temperature',
    label: 'Temperature',
    explanation: 'Flattens the distribution above 1, sharpens it below; 0 always takes the likeliest token.',
    min: 0,
    max: 2,
    step: 0.01,
    off: 1,
    unit: '',
  },
  {
    key: 'top_p',
    label: 'Top-p',
    explanation: 'Keeps the smallest set of likeliest tokens that together reach this probability.',
    min: 0.01,
    max: 1,
    step: 0.01,
    off: 1,
    unit: '',
  },
  {
    key: 'top_k',
    label: 'Top-k',
    explanation: 'Keeps this many of the likeliest tokens; 0 keeps all.',
    min: 0,
    max: 100,
    step: 1,
    off: 0,
    unit: 'tokens',
  },
  {
    key: 'min_p',
    label: 'Min-p',
    explanation: 'Cuts tokens less likely than this share of the likeliest one.',
    min: 0,
    max: 0.5,
    step: 0.01,
    off: 0,
    unit: '',
  },
  {
    key: 'typical_p',
    label: 'Typical-p',
    explanation: 'Keeps tokens about as surprising as the model expects, until they reach this probability.',
    min: 0.01,
    max: 1,
    step: 0.01,
    off: 1,
    unit: '',
  },
  {
    key: 'repetition_penalty',
    label: 'Repetition penalty',
    explanation: 'Above 1, scales down every token that occurs earlier, in the prompt too.',
    min: 0.5,
    max: 2,
    step: 0.01,
    off: 1,
    unit: '',
  },
  {
    key: 'frequency_penalty',
    label: 'Frequency penalty',
    explanation: 'Lowers a token each time it was drawn or chosen before; below 0 it raises it.',
    min: -2,
    max: 2,
    step: 0.05,
    off: 0,
    unit: '',
  },
  {
    key: 'presence_penalty',
    label: 'Presence penalty',
    explanation: 'Lowers a token once if it was drawn or chosen before; below 0 it raises it.',
    min: -2,
    max: 2,
    step: 0.05,
    off: 0,
    unit: '',
  },
  {
    key: 'max_new_tokens',
    label: 'Length',
    explanation: 'The most tokens that one run adds.',
    min: 1,
    max: 512,
    step: 1,
    off: null,
    unit: 'tokens',
  },
];

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

/** The numeric settings that shape the distribution: what a preset sets. */
export type ShapeSettings = Omit<SamplingSettings, 'logit_bias' | 'order'>;

export interface Preset {
  readonly key: 'precise' | 'balanced' | 'wild' | 'notes';
  readonly label: string;
  readonly explanation: string;
  readonly settings: ShapeSettings;
}

/** Every step at the value that does nothing: the model's own distribution. */
export const NEUTRAL: ShapeSettings = {
  temperature: 1,
  top_k: 0,
  top_p: 1,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  frequency_penalty: 0,
  presence_penalty: 0,
};

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
  const same = (shape: ShapeSettings): boolean =>
    CONTROLS.every(({ key }) => key === 'max_new_tokens' || shape[key] === settings[key]);
  return PRESETS.find(preset => same(preset.settings)) ?? null;
}
