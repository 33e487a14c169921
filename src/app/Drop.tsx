// Files dropped on the page: documents are added, a run is shown where runs are opened, all others may be a model.
import { useCallback } from 'react';
import { DropZone } from '../features/models/DropZone.tsx';
import { isRunFile, shareStore } from '../features/share/store.ts';
import { useStores } from '../stores/react.ts';
import { FILE_END } from '../stores/saved/documents.ts';
import type { Stores } from '../stores/stores.ts';

async function addAll({ documents }: Stores, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const imported = await documents
      .getState()
      .acts?.imported(await file.text())
      .catch(() => null);
    if (!imported || imported.added === 0) documents.setState({ notice: { kind: 'unreadable' } });
  }
}

function claim(stores: Stores, files: readonly File[]): boolean {
  const [file] = files;
  if (files.length > 0 && files.every(({ name }) => name.endsWith(FILE_END))) {
    stores.view.getState().open('documents');
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
