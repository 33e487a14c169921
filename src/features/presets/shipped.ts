// The presets that come with the page: a line each, and nothing but what they hold.
import type { GenerationSettings } from '../../sampling/settings.ts';

export interface ShippedPreset {
  readonly name: string;
  /** One sentence: what it shows. */
  readonly meaning: string;
  /** Null: it is of settings alone. */
  readonly text: string | null;
  /** What is not named is at the defaults. */
  readonly settings: Partial<GenerationSettings>;
}

export const SHIPPED: readonly ShippedPreset[] = [
  {
    name: 'Greedy',
    meaning: 'The likeliest token every time: the same text whatever the seed.',
    text: null,
    settings: { temperature: 0 },
  },
  {
    name: 'Notes',
    meaning: 'Temperature 0.7 and top-p 0.73.',
    text: null,
    settings: { temperature: 0.7, top_p: 0.73 },
  },
  {
    name: 'A dialogue that stops',
    meaning: 'A stop string ends the run before the model answers for the user too.',
    text: 'USER: "Who wrote about the small fox?"\nREPLY:',
    settings: { temperature: 0.7, top_p: 0.73, stop: ['\nUSER:', 'USER:'], max_new_tokens: 48 },
  },
  {
    name: 'Yes or no',
    meaning: 'Two choices alone: the mass of each is the answer, and the run ends with it.',
    text: 'Q: Is Paris the capital of France?\nA:',
    settings: { temperature: 1, top_p: 1, constraint: { kind: 'choices', text: ' yes\n no' } },
  },
  {
    name: 'A record as JSON',
    meaning: 'A schema: whatever is drawn is JSON with these properties.',
    text: 'The small fox is called Pip and is three years old. As JSON:',
    settings: {
      temperature: 0.7,
      max_new_tokens: 96,
      constraint: {
        kind: 'json_schema',
        text: JSON.stringify({
          type: 'object',
          properties: {
            name: { type: 'string', maxLength: 20 },
            animal: { enum: ['fox', 'bear', 'cat', 'dog'] },
            age: { type: 'integer', minimum: 0, maximum: 30 },
          },
          required: ['name', 'animal', 'age'],
          additionalProperties: false,
        }),
      },
    },
  },
  {
    name: 'Repetition, punished',
    meaning: 'DRY against a text that goes round in circles; look at it in the sampling steps.',
    text: 'One day, one day, one day, one',
    settings: { temperature: 0.8, dry_multiplier: 0.8 },
  },
];
