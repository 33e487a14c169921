// Keys as people read them on their own keyboard.

const MAC: Readonly<Record<string, string>> = {
  Mod: '⌘',
  Shift: '⇧',
  Alt: '⌥',
  Own: '⌃⇧',
  Enter: '↵',
  Left: '←',
  Right: '→',
  Up: '↑',
  Down: '↓',
};
const OTHER: Readonly<Record<string, string>> = {
  Mod: 'Ctrl',
  Own: 'Alt',
  Enter: '↵',
  Left: '←',
  Right: '→',
  Up: '↑',
  Down: '↓',
};

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** `Mod+Enter` as `⌘↵` on a Mac, `Ctrl ↵` elsewhere. */
export function keyLabel(keys: string, mac = isMac()): string {
  const parts = keys.split('+').map(key => (mac ? MAC : OTHER)[key] ?? key);
  return parts.join(mac ? '' : ' ');
}
