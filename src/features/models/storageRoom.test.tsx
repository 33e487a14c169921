// What the page says of the room that the browser gives it.
import { createElement } from 'react';
import { afterEach, expect, test } from 'vitest';
import { rendered } from '../../../e2e/support/rendered.ts';
import { type Page, readyPage } from '../../../e2e/support/scripted-page.ts';
import { RoomWords, readRoom } from './StorageRoom.tsx';

let page: Page;
afterEach(() => page.dispose());

test('room, what is taken, and whether it is kept; nothing where the browser does not say', async () => {
  page = await readyPage();
  const words = async (persisted: boolean, refused: boolean): Promise<string> => {
    const room = await readRoom({
      estimate: async () => ({ usage: 523e6, quota: 12e9 }),
      persisted: async () => persisted,
    });
    if (room === null) throw new Error('there is room');
    return rendered(page, createElement(RoomWords, { room, refused, onAsk: () => {} })).replace(/<!-- -->/g, '');
  };
  expect(await words(true, false)).toMatch(
    /allows this page 12(\.0)? GB, of which 523(\.0)? MB are taken.*until you delete/,
  );
  expect(await words(false, false)).toMatch(/may clear them.*<button.*Ask it to keep them/);
  expect(await words(false, true)).toMatch(/would not promise/);
  expect(await readRoom({ estimate: async () => ({}), persisted: async () => true })).toBeNull();
  const denied = (): Promise<never> => Promise.reject(new DOMException('denied', 'SecurityError'));
  expect(await readRoom({ estimate: denied, persisted: denied })).toBeNull();
});
