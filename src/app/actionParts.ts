// What does and lists actions. It knows the views, which is why it stands apart from them.
import type { Load } from './Later.tsx';
import type { DialogView } from './views.ts';

/** Listens for keys. */
export const shortcuts: Load = async () => (await import('./Shortcuts.tsx')).Shortcuts;

export const ACTION_DIALOGS: readonly DialogView[] = [
  { key: 'palette', title: 'Actions', variant: 'dialog', load: async () => (await import('./Palette.tsx')).Palette },
  { key: 'keys', title: 'Keys', variant: 'wide', load: async () => (await import('./Keys.tsx')).Keys },
];
