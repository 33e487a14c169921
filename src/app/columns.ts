// How much of the window each column may take, in px. The same as in shell.css.
import type { Room } from '../ui/controls/split.ts';

export const LEAST = { text: 320, side: 400, roomyText: 480, settings: 340 } as const;

/** Of the column with the views; where settings have one of their own, that keeps its least. */
export function sideRoom(windowWidth: number, roomy: boolean): Room {
  const others = roomy ? LEAST.roomyText + LEAST.settings : LEAST.text;
  return { least: LEAST.side, most: windowWidth - others };
}

/** Of the column with the settings, beside views that are `side` px wide. */
export function settingsRoom(windowWidth: number, side: number): Room {
  return { least: LEAST.settings, most: windowWidth - LEAST.roomyText - side };
}
