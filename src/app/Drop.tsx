// Files dropped on the page: a run is shown where runs are opened, all others may be a model.
import { useCallback } from 'react';
import { DropZone } from '../features/models/DropZone.tsx';
import { isRunFile, shareStore } from '../features/share/store.ts';
import { useStores } from '../stores/react.ts';
import type { Stores } from '../stores/stores.ts';

function claimRun(stores: Stores, files: readonly File[]): boolean {
  const [file] = files;
  if (!isRunFile(files) || file === undefined) return false;
  stores.view.getState().open('share');
  void shareStore.of(stores).getState().readFile(file);
  return true;
}

export function Drop() {
  const stores = useStores();
  return <DropZone claim={useCallback((files: readonly File[]) => claimRun(stores, files), [stores])} />;
}
