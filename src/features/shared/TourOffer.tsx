// Offers the tour to who is here for the first time, until it was taken or put away.
import { IconButton } from '../../ui/controls/Button.tsx';
import { useRoom, useRoomStore } from './room.ts';
import styles from './TourOffer.module.css';

export function TourOffer() {
  const room = useRoomStore();
  const offered = useRoom(s => !s.touring && !s.told.includes('tour'));
  if (!offered) return null;
  return (
    <span className={styles.offer}>
      <button type="button" className={styles.start} onClick={() => room.getState().startTour()}>
        New here? Take the tour
      </button>
      <IconButton icon="close" label="No tour" onClick={() => room.getState().endTour()} />
    </span>
  );
}
