// The chosen theme on the root element, kept where public/theme.js finds it before the next first paint. What is kept there is the truth:
// it was written at the moment of the choice.
import { useEffect } from 'react';
import { useStores, useView } from '../stores/react.ts';
import { THEMES, type Theme } from '../stores/view.ts';

const KEY = 'nucleus.theme';

/** Null where the browser keeps nothing: then a choice lasts for this visit. */
function keptTheme(): Theme | null {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find(theme => theme === kept) ?? 'system';
  } catch {
    return null;
  }
}

/** Keeps the choice for the next first paint. */
export function keepTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is closed.
  }
}

/** Follows the store, and holds the store to what is kept. */
export function useTheme(): void {
  const { view } = useStores();
  const theme = useView(s => s.theme);
  useEffect(() => {
    const kept = keptTheme();
    if (kept !== null && kept !== theme) view.getState().setTheme(kept);
    else if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [view, theme]);
}
