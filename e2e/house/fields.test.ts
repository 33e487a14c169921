// A field with a `maxLength` cuts what is pasted into it without a word: only names and signs of one line have one. Others take all and say what is too long.
import { expect, test } from 'vitest';
import { sources } from './sources.ts';

/** Fields that may cut, by file: how many, and what is written in them. */
const SHORT: Readonly<Record<string, readonly [number, string]>> = {
  'src/features/branches/BranchRow.tsx': [1, 'the name of a branch'],
  'src/features/commands/CommandsView.tsx': [2, 'the signs of commands, and the form of their answers'],
  'src/features/documents/TitleField.tsx': [1, 'the title of a document'],
  'src/features/follow/MergeWalk.tsx': [1, 'one word to take apart'],
  'src/features/presets/Presets.tsx': [2, 'the name of a preset'],
};

const cutting = (text: string): number => text.match(/\bmaxLength=/g)?.length ?? 0;

test('fields of longer texts cut nothing', () => {
  const found = sources('src', ['.tsx']).flatMap(({ file, text }) =>
    cutting(text) > 0 ? [[file, cutting(text)]] : [],
  );
  expect(Object.fromEntries(found)).toEqual(
    Object.fromEntries(Object.entries(SHORT).map(([file, [count]]) => [file, count])),
  );
});
