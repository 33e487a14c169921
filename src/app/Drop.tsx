// Files dropped on the page, wherever they fall.
import { useCallback } from 'react';
import { DropZone } from '../features/models/DropZone.tsx';
import { useStores } from '../stores/react.ts';
import { claim } from './claim.ts';

export function Drop() {
  const stores = useStores();
  return <DropZone claim={useCallback((files: readonly File[]) => claim(stores, files), [stores])} />;
}
