// Files dropped on the page: documents are added, a run is shown where runs are opened, all others may be a model.
import { useCallback } from 'react';
import { importFiles } from '../features/documents/importing.ts';
import { DropZone } from '../features/models/DropZone.tsx';
import { isRunFile, shareStore } from '../features/share/store.ts';
import { useStores } from '../stores/react.ts';
import { FILE_END } from '../stores/saved/documents.ts';
import type { Stores } from '../stores/stores.ts';

/** Into the list; what was not taken is said above the text. */
async function addAll({ documents, view }: Stores, files: readonly File[]): Promise<void> {
  const { acts } = documents.getState();
  const { words, added, bad } = await importFiles(acts, files);
  if (bad && acts !== null) acts.refuse(words);
  else if (bad) documents.setState({ notice: { kind: 'refused', words } });
  else if (added > 0) view.getState().open('documents');
}

function claim(stores: Stores, files: readonly File[]): boolean {
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

export function Drop() {
  const stores = useStores();
  return <DropZone claim={useCallback((files: readonly File[]) => claim(stores, files), [stores])} />;
}
