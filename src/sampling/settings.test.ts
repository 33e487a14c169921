// Settings from outside, their bounds, and what the panel says of them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROLS, NEUTRAL, PRESETS, presetOf, withPreset } from './controls.ts';
import {
  BOUNDS,
  clampNumber,
  clampSettings,
  DEFAULT_SETTINGS,
  type GenerationSettings,
  LIST_BOUNDS,
  type NumericKey,
  validateSettings,
} from './settings.ts';
import { CUT_STEPS, isActive, LOGIT_STEPS } from './steps.ts';

const keys = Object.keys(DEFAULT_SETTINGS) as (keyof GenerationSettings)[];
const numericKeys = Object.keys(BOUNDS) as NumericKey[];

describe('clampSettings', () => {
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
    expect(clampSettings(inherited)).toEqual({ ...DEFAULT_SETTINGS, top_k: 8, top_p: BOUNDS.top_p.min });
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
    expect(stop.length).toBe(LIST_BOUNDS.stop);
    expect(stop.slice(0, 3)).toEqual(['a', 's0', 's1']);
    expect(logit_bias).toEqual([{ id: 1, bias: -100 }]);
    const many = Array.from({ length: 5000 }, (_, id) => ({ id, bias: 1 }));
    expect(clampSettings({ logit_bias: many }).logit_bias.length).toBe(LIST_BOUNDS.logit_bias);
  });

  test('a temperature too small to be told from 0 is greedy', () => {
    expect(clampNumber('temperature', 1e-9)).toBe(0);
    expect(clampNumber('temperature', 0.001)).toBe(0.001);
  });
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
    ['stop', { stop: new Array<string>(17).fill('x') }],
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
    expect(CONTROLS.map(control => control.key).sort()).toEqual([...numericKeys].sort());
    for (const { key, min, max, step, off } of CONTROLS) {
      const bounds = BOUNDS[key];
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
    for (const control of CONTROLS) {
      if (control.key === 'max_new_tokens') continue;
      const neutral = { ...DEFAULT_SETTINGS, ...NEUTRAL };
      expect(NEUTRAL[control.key], control.key).toBe(control.off);
      expect(isActive(control.key, neutral), control.key).toBe(false);
      const moved = control.off === control.min ? control.max : control.min;
      expect(isActive(control.key, { ...neutral, [control.key]: moved }), control.key).toBe(true);
    }
  });

  test('both orders run the same steps', () => {
    expect([...CUT_STEPS['llama.cpp']].sort()).toEqual([...CUT_STEPS.transformers].sort());
    expect(new Set([...LOGIT_STEPS, ...CUT_STEPS.transformers]).size).toBe(10);
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
