// The size of the text, one step further with each press.
import { useRoom, useStores } from '../../stores/react.ts';
import { TEXT_SIZES } from '../../stores/room.ts';
import { IconButton } from '../../ui/controls/Button.tsx';

export function TextSizeButton() {
  const { room } = useStores();
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
