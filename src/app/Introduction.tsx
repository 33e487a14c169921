// One sentence above a view that says what it is for, until a person puts it away: for good, and for this view alone.

import { useRoom, useRoomStore } from '../features/shared/room.ts';
import { useView } from '../stores/react.ts';
import { IconButton } from '../ui/controls/Button.tsx';
import { useMedia } from '../ui/controls/useMedia.ts';
import styles from './Introduction.module.css';
import { PURPOSES } from './purposes.ts';

/** Windows in which the view keeps its room below the sentence; the candidates need most. */
const ENOUGH = {
  token: '(min-width: 760.1px) and (min-height: 800px), (min-height: 900px)',
  other: '(min-height: 520px)',
} as const;

export function Introduction() {
  const room = useRoomStore();
  const side = useView(s => s.side);
  const told = useRoom(s => s.told.includes(side));
  const enough = useMedia(side === 'token' ? ENOUGH.token : ENOUGH.other);
  if (told || !enough) return null;
  return (
    <div className={styles.introduction}>
      <p>{PURPOSES[side]}</p>
      <IconButton icon="close" label="Put this sentence away" onClick={() => room.getState().putAway(side)} />
    </div>
  );
}
