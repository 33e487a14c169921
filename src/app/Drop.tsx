// Files dropped on the page, wherever they fall.
import { useCallback, useEffect } from 'react';
import { DropZone } from '../features/models/DropZone.tsx';
import { useStores } from '../stores/react.ts';
import { claim } from './claim.ts';
import { takeDrops } from './early-drop.ts';

export function Drop() {
  const stores = useStores();
  // The zone listens by then: effects of what stands inside come first.
  useEffect(takeDrops, []);
  return <DropZone claim={useCallback((files: readonly File[]) => claim(stores, files), [stores])} />;
}
