// What becomes of files that are dropped on the page: documents are added, a run is shown where runs are opened, all others may be a model.
import { importFiles } from '../features/documents/importing.ts';
import { isRunFile, shareStore } from '../features/share/store.ts';
import { FILE_END } from '../stores/saved/documents.ts';
import type { Stores } from '../stores/stores.ts';

/** Into the list, which is shown at once: files take seconds to read, and by then a person may be in another dialog or write. What was not taken is said in the list and above the text. */
async function addAll({ documents, view }: Stores, files: readonly File[]): Promise<void> {
  const { acts } = documents.getState();
  view.getState().open('documents');
  const { words, bad } = await importFiles(acts, files);
  if (bad && acts !== null) acts.refuse(words);
  else if (bad) documents.setState({ notice: { kind: 'refused', words } });
}

/** False for files that may be a model. */
export function claim(stores: Stores, files: readonly File[]): boolean {
  const [file] = files;
  if (files.length > 0 && files.every(({ name }) => name.endsWith(FILE_END))) {
    void addAll(stores, files);
    return true;
  }
  if (!isRunFile(files) || file === undefined) return false;
  stores.view.getState().open('share');
  void shareStore.of(stores).getState().readFile(file);
  return true;
}
