// The tour comes when it is asked for.
import { useRoom } from '../features/shared/room.ts';
import { Later, type Load } from './Later.tsx';

const tour: Load = async () => (await import('../features/tour/Tour.tsx')).Tour;

export function TourHost() {
  const touring = useRoom(s => s.touring);
  return touring ? <Later load={tour} /> : null;
}
