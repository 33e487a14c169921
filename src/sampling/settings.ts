// The controls of sampling: what each means, its range and its default.

/** Order in which the steps run. `transformers`: temperature before the cuts; `llama.cpp`: cuts first, temperature last. */
export type SamplerOrder = 'transformers' | 'llama.cpp';

export interface SamplingSettings {
  /** Divides the logits. 0 is exact greedy. [0, 5] */
  readonly temperature: number;
  /** Keeps the k likeliest tokens; 0 is off. */
  readonly top_k: number;
  /** Keeps the smallest set of likeliest tokens whose mass reaches top_p; 1 is off. (0, 1] */
  readonly top_p: number;
  /** Cuts tokens less likely than min_p times the likeliest; 0 is off. [0, 1] */
  readonly min_p: number;
  /** Keeps tokens whose surprisal is nearest to the entropy until their mass reaches typical_p; 1 is off. (0, 1] */
  readonly typical_p: number;
  /** Divides positive and multiplies negative logits of every id seen before, prompt included; 1 is off. (0, 2] */
  readonly repetition_penalty: number;
  /** Subtracted once per earlier occurrence among drawn and chosen ids; 0 is off. [-2, 2] */
  readonly frequency_penalty: number;
  /** Subtracted once if the id occurs among drawn and chosen ids; 0 is off. [-2, 2] */
  readonly presence_penalty: number;
  /** Added to the logit of an id: [-100, 100]; -100 and below bans it. */
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
