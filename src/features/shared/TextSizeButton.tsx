// The size of the text, one step further with each press.

import { TEXT_SIZES } from '../../stores/room.ts';
import { IconButton } from '../../ui/controls/Button.tsx';
import { useRoom, useRoomStore } from './room.ts';

export function TextSizeButton() {
  const room = useRoomStore();
  const size = useRoom(s => s.textSize);
  const next = TEXT_SIZES[(TEXT_SIZES.indexOf(size) + 1) % TEXT_SIZES.length] ?? 'normal';
  return (
    <IconButton
      icon="size"
      label={`Size of the text: ${size}. Change to ${next}`}
      onClick={() => room.getState().setTextSize(next)}
    />
  );
}
