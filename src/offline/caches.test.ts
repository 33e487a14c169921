// Which caches of former versions go.
import { expect, test } from 'vitest';
import { outdated } from './caches.ts';

test('the two versions before the one in use stay, older ones go, and caches of others are left alone', () => {
  const names = ['nucleus-app-1', 'other', 'nucleus-app-2', 'nucleus-app-3', 'nucleus-app-4'];
  expect(outdated(names, 'nucleus-app-4')).toEqual(['nucleus-app-1']);
  expect(outdated(names, 'nucleus-app-5')).toEqual(['nucleus-app-1', 'nucleus-app-2']);
  // An older version that was put back has its cache already, wherever it stands.
  expect(outdated(names, 'nucleus-app-1')).toEqual(['nucleus-app-2']);
  expect(outdated(['other'], 'nucleus-app-1')).toEqual([]);
});
