// What the settings panel shows: the numeric settings, the choices, and the presets.
import type { NumericSetting, Setting } from './setting.ts';
import { DEFAULT_SETTINGS, type GenerationSettings, maxNewTokens, type SamplingSettings } from './settings.ts';
import { drySequenceBreakers } from './steps/dry_multiplier.ts';
import type { EndOfText } from './steps/end_of_text.ts';
import type { PenaltiesCount } from './steps/penalty_window.ts';
import { type BesideOf, isNumeric, type SamplerOrder, type Step } from './steps/step.ts';
import { alike, isSame, STEPS } from './steps.ts';

type NumericStep = Extract<(typeof STEPS)[number], { readonly default: number }>;
export type ShapeKey = NumericStep['key'];
type NumericBeside = Extract<BesideOf<typeof STEPS>, { readonly default: number }>;
export type NumericKey = ShapeKey | NumericBeside['key'] | 'max_new_tokens';

/** The numeric settings of a list of steps, in its order. */
export function numericOf<K extends string>(steps: readonly Step<K>[]): NumericSetting<K>[] {
  return steps.filter(isNumeric);
}

/** The numeric settings of the steps. */
export const SHAPE: readonly NumericSetting<ShapeKey>[] = STEPS.filter(isNumeric);

/** The numeric settings beside those of the steps, each once. */
export const BESIDE: readonly NumericSetting<NumericBeside['key']>[] = [
  ...new Set(STEPS.flatMap((step): readonly BesideOf<typeof STEPS>[] => step.beside).filter(isNumeric)),
];

/** Every numeric setting, in the order of the panel. */
export const CONTROLS: readonly NumericSetting<NumericKey>[] = [...SHAPE, ...BESIDE, maxNewTokens];

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly explanation: string;
}

interface OrderChoice extends Choice<SamplerOrder> {
  /** Where it is not as in the library. */
  readonly apart: string;
}

export const ORDER_CHOICES: readonly OrderChoice[] = [
  {
    value: 'transformers',
    label: 'transformers',
    explanation: 'Temperature first: it changes what the cuts after it keep.',
    apart:
      'Steps that transformers lacks stand first, behind the temperature, or last. Random numbers are those of this page.',
  },
  {
    value: 'llama.cpp',
    label: 'llama.cpp',
    explanation: "Temperature last: the cuts see the model's own probabilities.",
    apart:
      'Not as in llama.cpp: random numbers; mirostat, which there leaves out every other step but the temperature; the epsilon and eta cutoffs, which it lacks.',
  },
];

export const PENALTIES_COUNT_CHOICES: readonly Choice<PenaltiesCount>[] = [
  {
    value: 'drawn',
    label: 'Drawn tokens',
    explanation: 'Frequency and presence count what was drawn or chosen, as OpenAI does.',
  },
  { value: 'all', label: 'All tokens', explanation: 'Frequency and presence count the prompt too, as llama.cpp does.' },
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

/** Every setting of a list at the value that does nothing. */
export function neutralOf<K extends string>(settings: readonly Setting<K, number>[]): Readonly<Record<K, number>> {
  return Object.fromEntries(settings.map(({ key, unnamed }) => [key, unnamed])) as Record<K, number>;
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

/** What each library samples with where nothing is said, as far as there is a step for it. */
const LIBRARY: Readonly<Record<SamplerOrder, Partial<SamplingSettings>>> = {
  transformers: { ...NEUTRAL, top_k: 50, repeat_last_n: -1, penalties_count: 'drawn' },
  'llama.cpp': {
    ...NEUTRAL,
    ...{ temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05 },
    ...{ repeat_last_n: 64, penalties_count: 'all' },
    ...{ dynatemp_exponent: 1, xtc_threshold: 0.1, mirostat_eta: 0.1 },
    ...{ dry_base: 1.75, dry_allowed_length: 2, dry_penalty_last_n: -1 },
    dry_sequence_breakers: drySequenceBreakers.default,
  },
};

/** The settings with all that the library of their order has by default; logit bias, length, stop strings and end-of-text stay. */
export function withLibrary(settings: GenerationSettings): GenerationSettings {
  return { ...settings, ...LIBRARY[settings.order] };
}

/** Whether that changes nothing. */
export function isLibrary(settings: GenerationSettings): boolean {
  const taken = new Map<string, unknown>(Object.entries(withLibrary(settings)));
  return Object.entries(settings).every(([key, value]) => alike(value, taken.get(key)));
}

/** The settings with a preset's shape; logit bias, order, length, stop strings and end-of-text stay. */
export function withPreset(settings: GenerationSettings, preset: Preset): GenerationSettings {
  return { ...settings, ...preset.settings };
}

/** The preset these settings have the shape of, or null. Settings beside a step that is off do not count. */
export function presetOf(settings: GenerationSettings): Preset | null {
  const same = (preset: Preset): boolean => {
    const taken = withPreset(settings, preset);
    return STEPS.every(step => isSame(step, taken, settings));
  };
  return PRESETS.find(same) ?? null;
}
