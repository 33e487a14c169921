// The controls of sampling: what each means, its range and its default; reading settings that come from outside.
import { NucleusError } from '../lib/error.ts';

/** Order in which the steps run. `transformers`: temperature before the cuts; `llama.cpp`: cuts first, temperature last. */
export type SamplerOrder = 'transformers' | 'llama.cpp';

export interface SamplingSettings {
  /** Divides the logits. 0 is exact greedy. 0 or [0.001, 5] */
  readonly temperature: number;
  /** Keeps the k likeliest tokens; 0 is off. */
  readonly top_k: number;
  /** Keeps the smallest set of likeliest tokens whose mass reaches top_p; 1 is off. [0.0001, 1] */
  readonly top_p: number;
  /** Cuts tokens less likely than min_p times the likeliest; 0 is off. [0, 1] */
  readonly min_p: number;
  /** Keeps tokens whose surprisal is nearest to the entropy until their mass reaches typical_p; 1 is off. [0.0001, 1] */
  readonly typical_p: number;
  /** Divides positive and multiplies negative logits of every id seen before, prompt included; 1 is off. [0.01, 2] */
  readonly repetition_penalty: number;
  /** Subtracted once per earlier occurrence among drawn and chosen ids; 0 is off. [-2, 2] */
  readonly frequency_penalty: number;
  /** Subtracted once if the id occurs among drawn and chosen ids; 0 is off. [-2, 2] */
  readonly presence_penalty: number;
  /** Added to the logit of an id: [-100, 100]; -100 and below bans it. Entries of the same id add up. */
  readonly logit_bias: readonly { readonly id: number; readonly bias: number }[];
  readonly order: SamplerOrder;
}

/** What happens when the end-of-text token would be drawn: end the run, draw it and go on, or cut it before the draw. */
export type EndOfText = 'stop' | 'continue' | 'never';

export interface GenerationSettings extends SamplingSettings {
  readonly max_new_tokens: number;
  readonly stop: readonly string[];
  readonly end_of_text: EndOfText;
}

export const DEFAULT_SETTINGS: GenerationSettings = {
  temperature: 0.8,
  top_k: 0,
  top_p: 0.95,
  min_p: 0,
  typical_p: 1,
  repetition_penalty: 1,
  frequency_penalty: 0,
  presence_penalty: 0,
  logit_bias: [],
  order: 'transformers',
  max_new_tokens: 96,
  stop: [],
  end_of_text: 'stop',
};

export type NumericKey =
  | 'temperature'
  | 'top_k'
  | 'top_p'
  | 'min_p'
  | 'typical_p'
  | 'repetition_penalty'
  | 'frequency_penalty'
  | 'presence_penalty'
  | 'max_new_tokens';

export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly whole: boolean;
  /** Between 0 and this there is nothing. */
  readonly least?: number;
}

/** The least temperature that is not greedy; what lies between 0 and this is read as 0. */
export const LEAST_TEMPERATURE = 0.001;

/** What is accepted. A slider may offer less, a number field offers all of it. */
export const BOUNDS: Readonly<Record<NumericKey, Bounds>> = {
  temperature: { min: 0, max: 5, whole: false, least: LEAST_TEMPERATURE },
  top_k: { min: 0, max: 1_000_000, whole: true },
  top_p: { min: 0.0001, max: 1, whole: false },
  min_p: { min: 0, max: 1, whole: false },
  typical_p: { min: 0.0001, max: 1, whole: false },
  repetition_penalty: { min: 0.01, max: 2, whole: false },
  frequency_penalty: { min: -2, max: 2, whole: false },
  presence_penalty: { min: -2, max: 2, whole: false },
  max_new_tokens: { min: 1, max: 100_000, whole: true },
};

export const LIST_BOUNDS = {
  /** Stop strings, and UTF-16 units in each. */
  stop: 16,
  stopLength: 256,
  /** Entries of the logit bias, and the size of a bias. */
  logit_bias: 1024,
  bias: 100,
} as const;

const NUMERIC_KEYS: readonly NumericKey[] = [
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'max_new_tokens',
];
const ORDERS: readonly SamplerOrder[] = ['transformers', 'llama.cpp'];
const END_OF_TEXT: readonly EndOfText[] = ['stop', 'continue', 'never'];

/** The nearest accepted value of a numeric setting; `fallback` for what is no number. */
export function clampNumber(key: NumericKey, value: unknown, fallback = DEFAULT_SETTINGS[key]): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return fallback;
  const { min, max, whole } = BOUNDS[key];
  const bounded = Math.min(max, Math.max(min, value));
  if (key === 'temperature' && bounded < LEAST_TEMPERATURE) return 0;
  return whole ? Math.round(bounded) : bounded;
}

function oneOf<T extends string>(accepted: readonly T[], value: unknown, fallback: T): T {
  return accepted.find(choice => choice === value) ?? fallback;
}

/** The field `key` of an unknown value, if it is an object and has it itself. */
function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function readStop(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const { stop, stopLength } = LIST_BOUNDS;
  const strings = value.filter(text => typeof text === 'string' && text !== '' && text.length <= stopLength);
  return [...new Set<string>(strings)].slice(0, stop);
}

/** The last entry of an id counts. */
function readLogitBias(value: unknown): { id: number; bias: number }[] {
  if (!Array.isArray(value)) return [];
  const biases = new Map<number, number>();
  for (const entry of value) {
    const id = fieldOf(entry, 'id');
    const bias = fieldOf(entry, 'bias');
    if (!isId(id) || typeof bias !== 'number' || Number.isNaN(bias)) continue;
    if (biases.size === LIST_BOUNDS.logit_bias && !biases.has(id)) continue;
    biases.set(id, Math.min(LIST_BOUNDS.bias, Math.max(-LIST_BOUNDS.bias, bias)));
  }
  return Array.from(biases, ([id, bias]) => ({ id, bias }));
}

function isId(id: unknown): id is number {
  return typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < 2 ** 32;
}

/** Settings from a store or a shared link: numbers clamped, unknown keys and unusable values dropped, lists bounded. Never throws. */
export function clampSettings(value: unknown): GenerationSettings {
  const number = (key: NumericKey): number => clampNumber(key, fieldOf(value, key));
  return {
    temperature: number('temperature'),
    top_k: number('top_k'),
    top_p: number('top_p'),
    min_p: number('min_p'),
    typical_p: number('typical_p'),
    repetition_penalty: number('repetition_penalty'),
    frequency_penalty: number('frequency_penalty'),
    presence_penalty: number('presence_penalty'),
    logit_bias: readLogitBias(fieldOf(value, 'logit_bias')),
    order: oneOf(ORDERS, fieldOf(value, 'order'), DEFAULT_SETTINGS.order),
    max_new_tokens: number('max_new_tokens'),
    stop: readStop(fieldOf(value, 'stop')),
    end_of_text: oneOf(END_OF_TEXT, fieldOf(value, 'end_of_text'), DEFAULT_SETTINGS.end_of_text),
  };
}

function refuse(setting: string, message: string): never {
  throw new NucleusError('bad_settings', message, { setting });
}

/** @throws NucleusError bad_settings at the first value outside its bounds; `detail.setting` names it. */
export function validateSettings(settings: GenerationSettings): void {
  for (const key of NUMERIC_KEYS) {
    const value = settings[key];
    const { min, max, whole } = BOUNDS[key];
    if (!(value >= min && value <= max)) refuse(key, `${key} = ${value} is not in [${min}, ${max}]`);
    if (whole && !Number.isInteger(value)) refuse(key, `${key} = ${value} is not a whole number`);
  }
  const { temperature, order, end_of_text, stop, logit_bias } = settings;
  if (temperature !== 0 && temperature < LEAST_TEMPERATURE) {
    refuse('temperature', `temperature = ${temperature} is neither 0 nor at least ${LEAST_TEMPERATURE}`);
  }
  if (!ORDERS.includes(order)) refuse('order', `order "${order}" is not one of ${ORDERS.join(', ')}`);
  if (!END_OF_TEXT.includes(end_of_text)) {
    refuse('end_of_text', `end_of_text "${end_of_text}" is not one of ${END_OF_TEXT.join(', ')}`);
  }
  if (stop.length > LIST_BOUNDS.stop) refuse('stop', `${stop.length} stop strings are more than ${LIST_BOUNDS.stop}`);
  for (const text of stop) {
    if (text === '' || text.length > LIST_BOUNDS.stopLength) {
      refuse('stop', `a stop string of length ${text.length} is not in [1, ${LIST_BOUNDS.stopLength}]`);
    }
  }
  if (logit_bias.length > LIST_BOUNDS.logit_bias) {
    refuse('logit_bias', `${logit_bias.length} biases are more than ${LIST_BOUNDS.logit_bias}`);
  }
  for (const { id, bias } of logit_bias) {
    if (!isId(id)) refuse('logit_bias', `${id} is not a token id`);
    if (!(Math.abs(bias) <= LIST_BOUNDS.bias)) refuse('logit_bias', `bias ${bias} of id ${id} is not in [-100, 100]`);
  }
}
