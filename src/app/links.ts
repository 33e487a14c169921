// Shared texts in the fragment of the page's address: taken out of it when they are read, so that a reload or a copy does not repeat them.
import { isLink } from '../features/share/link.ts';
import type { SharedLinks } from './page.ts';

function take(): string {
  const { hash, pathname, search } = location;
  if (!isLink(hash)) return '';
  history.replaceState(history.state, '', `${pathname}${search}`);
  return hash;
}

export const addressLinks: SharedLinks = {
  take,
  follow: onFragment => {
    const listener = () => {
      const fragment = take();
      if (fragment !== '') onFragment(fragment);
    };
    addEventListener('hashchange', listener);
    return () => removeEventListener('hashchange', listener);
  },
};
