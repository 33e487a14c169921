// Whether a media query holds, followed as it changes.
import { useSyncExternalStore } from 'react';

/** One column instead of two: too narrow for both, or too low for five candidates over the settings. The same as in shell.css. */
export const NARROW = '(max-width: 760px) or (max-height: 540px) or ((max-width: 900px) and (max-height: 640px))';

/** Room for three columns: text, view and settings. The same as in shell.css. */
export const ROOMY = '(min-width: 1600px) and (min-height: 640.1px)';

/** Too low for the settings to stand open below the candidates. The same as in shell.css. */
export const LOW = '(max-height: 640px) or ((pointer: coarse) and (max-height: 860px))';

/** Too narrow for the legend and all its buttons in one row. */
export const PHONE = '(max-width: 479.9px)';

/** A finger points, or there is little room: targets are large. The same as in tokens.css. */
export const TOUCH = '(pointer: coarse), (max-width: 760px)';

export function useMedia(query: string): boolean {
  const now = () => matchMedia(query).matches;
  return useSyncExternalStore(
    onChange => {
      const list = matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    now,
    now,
  );
}
