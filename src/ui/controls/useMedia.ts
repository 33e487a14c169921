// Whether a media query holds, followed as it changes.
import { useSyncExternalStore } from 'react';

/** One column instead of two; the same width as in shell.css. */
export const NARROW = '(max-width: 760px)';

/** A finger points, or there is little room: targets are large. The same as in tokens.css. */
export const TOUCH = '(pointer: coarse), (max-width: 760px)';

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    onChange => {
      const list = matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    () => matchMedia(query).matches,
  );
}
