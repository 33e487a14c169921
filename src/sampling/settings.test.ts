// Settings from outside, their bounds, and what the panel says of them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROLS, isLibrary, NEUTRAL, PRESETS, presetOf, SHAPE, withLibrary, withPreset } from './controls.ts';
import { ORDER } from './plain.fixture.ts';
import {
  clampSettings,
  DEFAULT_SETTINGS,
  type GenerationSettings,
  readSettings,
  STOP_BOUNDS,
  validateSettings,
} from './settings.ts';
import { STARTING_SETTINGS } from './starting.ts';
import { BIAS_BOUNDS } from './steps/logit_bias.ts';
import { temperature } from './steps/temperature.ts';
import { topP } from './steps/top_p.ts';
import { cutStepsOf, isOff, STEPS, type StepName, stepNamed, stepsInOrder } from './steps.ts';

const keys = Object.keys(DEFAULT_SETTINGS) as (keyof GenerationSettings)[];

describe('clampSettings', () => {
  test('a zero has no sign', () => {
    const { settings } = readSettings({ frequency_penalty: -0, logit_bias: [{ id: 1, bias: -0 }] });
    expect(Object.is(settings.frequency_penalty, 0)).toBe(true);
    expect(Object.is(settings.logit_bias[0]?.bias, 0)).toBe(true);
  });

  test('whatever comes in, sound settings come out', () => {
    const loose = fc.oneof(
      fc.anything(),
      fc.dictionary(fc.constantFrom(...keys, 'other'), fc.oneof(fc.anything(), fc.double(), fc.array(fc.anything()))),
      fc.record({
        stop: fc.array(fc.oneof(fc.string(), fc.constant('x'.repeat(300))), { maxLength: 30 }),
        logit_bias: fc.array(fc.record({ id: fc.oneof(fc.nat(), fc.double()), bias: fc.double() })),
      }),
    );
    fc.assert(
      fc.property(loose, value => {
        const settings = clampSettings(value);
        expect(() => validateSettings(settings)).not.toThrow();
        expect(Object.keys(settings).sort()).toEqual([...keys].sort());
        expect(clampSettings(settings)).toEqual(settings);
      }),
      { numRuns: 500 },
    );
  });

  test('sound settings pass unchanged, through JSON too', () => {
    const settings: GenerationSettings = {
      ...DEFAULT_SETTINGS,
      temperature: 0,
      top_k: 40,
      min_p: 0.05,
      frequency_penalty: -1.5,
      logit_bias: [
        { id: 50256, bias: -100 },
        { id: 3, bias: 2.5 },
      ],
      order: 'llama.cpp',
      stop: ['\n\n', 'Human:'],
      end_of_text: 'never',
    };
    expect(clampSettings(JSON.parse(JSON.stringify(settings)))).toEqual(settings);
  });

  test('numbers are clamped, others fall back; unknown keys and inherited ones are dropped', () => {
    const inherited = Object.assign(Object.create({ temperature: 2 }), {
      top_k: 7.6,
      top_p: 0,
      min_p: '0.5',
      extra: 1,
    });
    expect(clampSettings(inherited)).toEqual({ ...DEFAULT_SETTINGS, top_k: 8, top_p: topP.bounds.min });
    expect(clampSettings({ temperature: 99, max_new_tokens: -3, presence_penalty: Number.NaN })).toEqual({
      ...DEFAULT_SETTINGS,
      temperature: 5,
      max_new_tokens: 1,
    });
    expect(clampSettings(null)).toEqual(DEFAULT_SETTINGS);
  });

  test('lists are bounded; the last bias of an id counts', () => {
    const { stop, logit_bias } = clampSettings({
      stop: ['', 'a', 'a', 7, ...Array.from({ length: 40 }, (_, i) => `s${i}`)],
      logit_bias: [{ id: 1, bias: 5 }, { id: -1, bias: 1 }, { id: 2 }, { id: 1, bias: -1e9 }, 'x'],
    });
    expect(stop.length).toBe(STOP_BOUNDS.entries);
    expect(stop.slice(0, 3)).toEqual(['a', 's0', 's1']);
    expect(logit_bias).toEqual([{ id: 1, bias: -100 }]);
    const many = Array.from({ length: 5000 }, (_, id) => ({ id, bias: 1 }));
    expect(clampSettings({ logit_bias: many }).logit_bias.length).toBe(BIAS_BOUNDS.entries);
  });

  test('a temperature too small to be told from 0 is greedy', () => {
    expect(temperature.clamp(1e-9)).toBe(0);
    expect(temperature.clamp(0.001)).toBe(0.001);
  });
});

describe('readSettings', () => {
  test('what is missing is off, whatever the default; what is unknown is kept and named', () => {
    const { settings, missing, unknown, unsound } = readSettings({ top_k: 4, mirostat: 2, order: 'llama.cpp' });
    expect(settings).toEqual({ ...DEFAULT_SETTINGS, ...NEUTRAL, top_k: 4, order: 'llama.cpp' });
    expect(missing).toContain('temperature');
    expect(missing).not.toContain('top_k');
    expect(unknown).toEqual({ mirostat: 2 });
    expect(unsound).toEqual([]);
  });

  test('a value that a setting cannot have is named with what stood there', () => {
    const { settings, unsound } = readSettings({ ...DEFAULT_SETTINGS, temperature: 9, stop: ['', 'a'] });
    expect(unsound).toEqual([
      { key: 'temperature', value: 9 },
      { key: 'stop', value: ['', 'a'] },
    ]);
    expect(settings).toMatchObject({ temperature: 5, stop: ['a'] });
  });

  test('whatever comes in, sound settings come out; sound ones are read as they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.dictionary(fc.constantFrom(...keys, 'other'), fc.anything())), value => {
        const { settings } = readSettings(value);
        expect(() => validateSettings(settings)).not.toThrow();
        expect(readSettings(JSON.parse(JSON.stringify(settings)))).toEqual({
          settings,
          missing: [],
          unknown: {},
          unsound: [],
        });
      }),
      { numRuns: 300 },
    );
  });
});

test('a page starts with the defaults', () => {
  expect(STARTING_SETTINGS).toEqual(DEFAULT_SETTINGS);
});

describe('validateSettings', () => {
  const refused: [string, Partial<GenerationSettings>][] = [
    ['temperature', { temperature: -0.1 }],
    ['temperature', { temperature: 1e-9 }],
    ['temperature', { temperature: Number.NaN }],
    ['top_k', { top_k: 1.5 }],
    ['top_p', { top_p: 0 }],
    ['min_p', { min_p: 1.1 }],
    ['repetition_penalty', { repetition_penalty: 0 }],
    ['max_new_tokens', { max_new_tokens: 0 }],
    ['stop', { stop: [''] }],
    ['negative_prompt', { negative_prompt: 'x'.repeat(4001) }],
    ['dry_sequence_breakers', { dry_sequence_breakers: ['x'.repeat(41)] }],
    ['xtc_probability', { xtc_probability: 1.1 }],
    ['stop', { stop: new Array<string>(STOP_BOUNDS.entries + 1).fill('x') }],
    ['logit_bias', { logit_bias: [{ id: 1.5, bias: 1 }] }],
    ['logit_bias', { logit_bias: [{ id: 1, bias: Number.NaN }] }],
  ];
  test.each(refused)('%s: %j', (setting, change) => {
    expect(() => validateSettings({ ...DEFAULT_SETTINGS, ...change })).toThrow(
      expect.objectContaining({ code: 'bad_settings', detail: { setting } }),
    );
  });

  test('words that no switch knows', () => {
    for (const key of ['order', 'end_of_text'] as const) {
      const settings = JSON.parse(JSON.stringify({ ...DEFAULT_SETTINGS, [key]: 'other' }));
      expect(() => validateSettings(settings)).toThrow(expect.objectContaining({ detail: { setting: key } }));
    }
  });

  test('the defaults and every preset are sound', () => {
    expect(() => validateSettings(DEFAULT_SETTINGS)).not.toThrow();
    for (const preset of PRESETS) expect(() => validateSettings(withPreset(DEFAULT_SETTINGS, preset))).not.toThrow();
  });
});

describe('CONTROLS', () => {
  test('one for every numeric setting; its travel lies inside the bounds, its default on it', () => {
    const numericKeys = keys.filter(key => typeof DEFAULT_SETTINGS[key] === 'number');
    expect(CONTROLS.map(control => control.key).sort()).toEqual(numericKeys.sort());
    for (const { key, travel, bounds, off } of CONTROLS) {
      const { min, max, step } = travel;
      expect(min, key).toBeGreaterThanOrEqual(bounds.min);
      expect(max, key).toBeLessThanOrEqual(bounds.max);
      expect(step, key).toBeLessThan(max - min);
      for (const value of [DEFAULT_SETTINGS[key], off ?? min]) {
        expect(value, key).toBeGreaterThanOrEqual(min);
        expect(value, key).toBeLessThanOrEqual(max);
      }
    }
  });

  test('a control at its off value turns its step off, and off it on', () => {
    for (const control of SHAPE) {
      const neutral = { ...DEFAULT_SETTINGS, ...NEUTRAL };
      expect(NEUTRAL[control.key], control.key).toBe(control.off);
      expect(isOff(stepNamed(control.key), neutral), control.key).toBe(true);
      const { min, max } = control.travel;
      const moved = control.off === min ? max : min;
      expect(isOff(stepNamed(control.key), { ...neutral, [control.key]: moved }), control.key).toBe(false);
    }
  });

  test('both orders run the same steps', () => {
    const names = (order: 'transformers' | 'llama.cpp') => stepsInOrder(order).map(step => step.key);
    expect(names('llama.cpp').toSorted()).toEqual(names('transformers').toSorted());
    expect(new Set(names('transformers')).size).toBe(STEPS.length);
    for (const order of ['transformers', 'llama.cpp'] as const)
      expect(cutStepsOf<StepName>(STEPS, order).map(({ key }) => key)).toEqual(ORDER[order]);
  });
});

describe('the defaults of a library', () => {
  test('are taken as a whole, told apart, and leave what is not of sampling', () => {
    const own = {
      ...DEFAULT_SETTINGS,
      order: 'llama.cpp' as const,
      stop: ['x'],
      max_new_tokens: 7,
      xtc_probability: 1,
    };
    expect(isLibrary(own)).toBe(false);
    const taken = withLibrary(own);
    expect(taken).toMatchObject({ temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05, typical_p: 1 });
    expect(taken).toMatchObject({ repeat_last_n: 64, penalties_count: 'all', xtc_probability: 0, stop: ['x'] });
    expect(isLibrary(taken)).toBe(true);
    expect(isLibrary({ ...taken, dry_sequence_breakers: ['.'] })).toBe(false);
    const other = withLibrary({ ...taken, order: 'transformers' });
    expect(other).toMatchObject({ temperature: 1, top_k: 50, top_p: 1, min_p: 0, repeat_last_n: -1 });
    for (const settings of [taken, other]) {
      expect(() => validateSettings(settings)).not.toThrow();
      expect(clampSettings(settings)).toEqual(settings);
    }
  });
});

describe('PRESETS', () => {
  test('a preset is recognised until a control moves; it leaves the rest alone', () => {
    const own = { ...DEFAULT_SETTINGS, top_k: 9, stop: ['\n'], order: 'llama.cpp' as const, max_new_tokens: 7 };
    for (const preset of PRESETS) {
      const settings = withPreset(own, preset);
      expect(presetOf(settings)?.key).toBe(preset.key);
      expect(settings).toMatchObject({ stop: ['\n'], order: 'llama.cpp', max_new_tokens: 7 });
      expect(presetOf({ ...settings, min_p: 0.31 })).toBeNull();
    }
  });

  test('the defaults are the balanced preset, the notes 0.7 and 0.73', () => {
    expect(presetOf(DEFAULT_SETTINGS)?.key).toBe('balanced');
    expect(PRESETS.find(preset => preset.key === 'notes')?.settings).toMatchObject({ temperature: 0.7, top_p: 0.73 });
  });
});
