// Keys as people read them on their own keyboard.

const ANY = { Enter: '↵', Left: '←', Right: '→', Up: '↑', Down: '↓', PageUp: 'Page ↑', PageDown: 'Page ↓' };
const MAC: Readonly<Record<string, string>> = { ...ANY, Mod: '⌘', Shift: '⇧', Alt: '⌥', Own: '⌃⇧' };
const OTHER: Readonly<Record<string, string>> = { ...ANY, Mod: 'Ctrl', Own: 'Alt' };

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);

/** `Mod+Enter` as `⌘↵` on a Mac, `Ctrl ↵` elsewhere. */
export function keyLabel(keys: string, mac = isMac()): string {
  const parts = keys.split('+').map(key => (mac ? MAC : OTHER)[key] ?? key);
  return parts.join(mac ? '' : ' ');
}
