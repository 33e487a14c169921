// Whether the settings beside the text are folded to a line: a choice of its own for each view, for low windows, and where they have a column.

import { roomStore, useRoom, useRoomStore } from '../features/shared/room.ts';
import { useView } from '../stores/react.ts';
import type { Stores } from '../stores/stores.ts';
import type { Side } from '../stores/view.ts';
import { LOW, ROOMY, useMedia } from '../ui/controls/useMedia.ts';

export interface Fold {
  readonly folded: boolean;
  /** They stand in a column of their own. */
  readonly beside: boolean;
  setFolded(folded: boolean): void;
}

/** What a choice of folding is kept by. */
function placeOf(side: Side, low: boolean, roomy: boolean): string {
  return roomy ? 'beside' : low ? 'low' : side;
}

/** Folds the settings beside the text, or opens them, in the window as it is. */
export function foldSettings(stores: Stores, folded: boolean): void {
  const place = placeOf(stores.view.getState().side, matchMedia(LOW).matches, matchMedia(ROOMY).matches);
  roomStore.of(stores).getState().setFolded(place, folded);
}

/** Below the token the settings stand open by themselves, since they shape its distribution. */
export function useFold(): Fold {
  const room = useRoomStore();
  const side = useView(s => s.side);
  const low = useMedia(LOW);
  const roomy = useMedia(ROOMY);
  const place = placeOf(side, low, roomy);
  const chosen = useRoom(s => s.folds[place]);
  const folded = chosen ?? !(roomy || place === 'token');
  return { folded, beside: roomy && !folded, setFolded: now => room.getState().setFolded(place, now) };
}
