// The lines between the columns of the page.
import { useRoomStore } from '../features/shared/room.ts';
import type { Column } from '../stores/room.ts';
import { Splitter } from '../ui/controls/Splitter.tsx';
import { ROOMY, useMedia } from '../ui/controls/useMedia.ts';
import { settingsRoom, sideRoom } from './columns.ts';

function useSetWidth(column: Column): (width: number | null) => void {
  const room = useRoomStore();
  return width => room.getState().setWidth(column, width === null ? null : width / innerWidth);
}

export function SideSplitter() {
  const roomy = useMedia(ROOMY);
  return (
    <Splitter label="Width of the views" roomIn={width => sideRoom(width, roomy)} onChange={useSetWidth('side')} />
  );
}

export function SettingsSplitter() {
  const sideWidth = () => document.querySelector('.shell-views')?.clientWidth ?? 0;
  return (
    <Splitter
      label="Width of the settings"
      roomIn={width => settingsRoom(width, sideWidth())}
      onChange={useSetWidth('settings')}
    />
  );
}
