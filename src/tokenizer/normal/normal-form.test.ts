// Normal forms keep account of where each unit comes from, whatever joins what stands before it.
import { expect, test } from 'vitest';
import { WHOLE } from '../place.ts';
import { unchanged } from './aligned.ts';
import { readNormalizer } from './normalizers.ts';

/** What may be joined: letters of kana, Hangul in every form, the vowels of Kirat Rai, and a letter with a mark. */
const BEFORE = ['\u30ab', '\uff76', '\u1100', '\u3131', '\uffa1', '\uac00', '\u3131\u314f', '\u{16d63}', 'e\u0301'];

test.each(['NFC', 'NFD', 'NFKC', 'NFKD'])('%s: the places around what is joined stay', type => {
  const form = readNormalizer({ type });
  const lost: string[] = [];
  for (const before of BEFORE) {
    for (let code = 0; code < 0x20000; code++) {
      if (code >= 0xd800 && code < 0xe000) continue;
      const char = String.fromCodePoint(code);
      const joined = before + char;
      if (joined.normalize(type) === before.normalize(type) + char.normalize(type)) continue;
      const text = `xy${joined}z`;
      const made = form(unchanged(text), WHOLE);
      const places = made.at === null ? [] : [made.at[0], made.at[1], made.at[2], made.at.at(-1)];
      const whole = made.at === null || `${places}` === `0,1,2,${text.length - 1}`;
      if (made.text !== text.normalize(type) || !whole) lost.push(code.toString(16));
    }
  }
  expect(lost).toEqual([]);
});

test('letters that stand side by side and do not join have a place each', () => {
  const form = readNormalizer({ type: 'NFKC' });
  expect([...(form(unchanged('\u3160\u3160\u3160'), WHOLE).at ?? [])]).toEqual([0, 1, 2]);
  expect([...(form(unchanged('\u3131\u314f\u3134\uff76\uff9e'), WHOLE).at ?? [])]).toEqual([0, 2, 3]);
});
