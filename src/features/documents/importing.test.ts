// What becomes of files of documents: taken, refused before they are read, unreadable, and not kept.
import { expect, test } from 'vitest';
import { type Imported, MOST_FILE } from '../../stores/saved/documents.ts';
import { importFiles } from './importing.ts';

const taken = (part: Partial<Imported> = {}) => ({
  imported: () => Promise.resolve({ added: 2, refused: 0, why: null, ...part }),
});
const file = (name = 'mine.nucleus.json') => new File(['{}'], name);

test('what was taken is counted, and what was not is named', async () => {
  expect(await importFiles(taken(), [file(), file('b')])).toEqual({
    words: '2 documents from mine.nucleus.json. 2 documents from b.',
    added: 4,
    bad: false,
  });
  const some = await importFiles(taken({ added: 1, refused: 1 }), [file('a')]);
  expect(some).toEqual({ words: '1 document from a; 1 document in it cannot be read.', added: 1, bad: true });
  expect(await importFiles(taken({ added: 0, why: 'newer' }), [file('a')])).toMatchObject({ added: 0, bad: true });
});

test('a file that is too large is refused before a byte of it is read', async () => {
  const large = Object.defineProperties(file('large'), {
    size: { value: MOST_FILE + 1 },
    text: { value: () => expect.unreachable('it is not read') },
  });
  expect(await importFiles(taken(), [large, file('a')])).toEqual({
    words: 'large is too large to be read. 2 documents from a.',
    added: 2,
    bad: true,
  });
});

test('a file that cannot be read, and a storage that keeps nothing, are said', async () => {
  const gone = Object.defineProperty(file('gone'), 'text', { value: () => Promise.reject(new DOMException('gone')) });
  expect((await importFiles(taken(), [gone])).words).toMatch(/^gone cannot be read: .*Choose it again\.$/);
  const full = { imported: () => Promise.reject(new DOMException('full')) };
  for (const acts of [full, null])
    expect(await importFiles(acts, [file('a')])).toMatchObject({
      words: expect.stringContaining('storage'),
      bad: true,
    });
});
