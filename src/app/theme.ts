// The chosen theme on the root element, kept where public/theme.js finds it before the next first paint.
import { useEffect } from 'react';
import { useView } from '../stores/react.ts';
import type { Theme } from '../stores/view.ts';

const KEY = 'nucleus.theme';

function apply(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is closed: the choice lasts for this visit.
  }
}

export function useTheme(): void {
  const theme = useView(s => s.theme);
  useEffect(() => apply(theme), [theme]);
}
