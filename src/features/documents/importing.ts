// Files of documents into the page, one after the other, and what became of them.
import { inLine } from '../../lib/shapeless.ts';
import { type DocumentActs, type Imported, MOST_FILE } from '../../stores/saved/documents.ts';
import { refusalWords } from '../shared/jsonFile.ts';

const count = (documents: number): string => `${documents} ${documents === 1 ? 'document' : 'documents'}`;

function wordsOf(name: string, { added, refused, why }: Imported): string {
  if (why !== null)
    return refusalWords(name, why, 'holds no documents. A run that was exported as JSON opens with Share.');
  return `${count(added)} from ${name}${refused === 0 ? '' : `; ${count(refused)} in it cannot be read`}.`;
}

interface Outcome {
  readonly words: string;
  readonly added: number;
  /** Something in it was not taken. */
  readonly bad: boolean;
}

const none = (words: string): Outcome => ({ words, added: 0, bad: true });

async function importFile(acts: Pick<DocumentActs, 'imported'> | null, file: File): Promise<Outcome> {
  const name = inLine(file.name);
  // Before a byte of it is read.
  if (file.size > MOST_FILE) return none(wordsOf(name, { added: 0, refused: 0, why: 'too_large' }));
  const text = await file.text().catch(() => null);
  if (text === null)
    return none(`${name} cannot be read: it has moved, or the browser may not read it. Choose it again.`);
  const imported = await acts?.imported(text).catch(() => null);
  if (!imported) return none(`${name} could not be kept: the storage is full or closed.`);
  const bad = imported.why !== null || imported.refused > 0;
  return { words: wordsOf(name, imported), added: imported.added, bad };
}

/** Never rejects. */
export async function importFiles(
  acts: Pick<DocumentActs, 'imported'> | null,
  files: readonly File[],
): Promise<Outcome> {
  const all: Outcome[] = [];
  for (const file of files) all.push(await importFile(acts, file));
  return {
    words: all.map(({ words }) => words).join(' '),
    added: all.reduce((sum, { added }) => sum + added, 0),
    bad: all.some(({ bad }) => bad),
  };
}
