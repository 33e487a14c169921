// Which caches of former versions go.
import { expect, test } from 'vitest';
import { outdated } from './caches.ts';

const NAMES = ['nucleus-app-1', 'other', 'nucleus-app-2', 'nucleus-app-3', 'nucleus-app-4'];

test('the two versions before the one in use stay, older ones go, and caches of others are left alone', () => {
  const all = () => true;
  expect(outdated(NAMES, 'nucleus-app-4', all)).toEqual(['nucleus-app-1']);
  expect(outdated(NAMES, 'nucleus-app-5', all)).toEqual(['nucleus-app-1', 'nucleus-app-2']);
  // An older version that was put back has its cache already, wherever it stands.
  expect(outdated(NAMES, 'nucleus-app-1', all)).toEqual(['nucleus-app-2']);
  expect(outdated(['other'], 'nucleus-app-1', all)).toEqual([]);
});

test('versions that were replaced before they were in use push out none that has tabs', () => {
  const used = (name: string) => name === 'nucleus-app-1' || name === 'nucleus-app-4';
  expect(outdated(NAMES, 'nucleus-app-4', used)).toEqual(['nucleus-app-2', 'nucleus-app-3']);
  // The newest waits: it has its files already.
  expect(outdated([...NAMES, 'nucleus-app-5'], 'nucleus-app-4', used)).toEqual(['nucleus-app-2', 'nucleus-app-3']);
});
