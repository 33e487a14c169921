// The arrangement of the page on its root element, where the style sheets read it, and the place where it is kept. public/theme.js does the same
// before the first paint.
import { useEffect } from 'react';
import { useRoom } from '../stores/react.ts';
import { COLUMNS, type Shelf } from '../stores/room.ts';

/** Where the browser has closed its storage a choice lasts for this visit. */
export const browserShelf: Shelf = {
  get: name => {
    try {
      return localStorage.getItem(`nucleus.${name}`);
    } catch {
      return null;
    }
  },
  put: (name, value) => {
    try {
      if (value === null) localStorage.removeItem(`nucleus.${name}`);
      else localStorage.setItem(`nucleus.${name}`, value);
    } catch {
      // Storage is closed or full.
    }
  },
};

export function useArrangement(): void {
  const widths = useRoom(s => s.widths);
  const textSize = useRoom(s => s.textSize);
  useEffect(() => {
    const { style, dataset } = document.documentElement;
    for (const column of COLUMNS) {
      const share = widths[column];
      if (share === null) style.removeProperty(`--${column}`);
      else style.setProperty(`--${column}`, `${share * 100}vw`);
    }
    dataset.text = textSize;
  }, [widths, textSize]);
}
