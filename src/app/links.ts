// Shared texts in the fragment of the page's address: taken out of it when they are read, so that a reload or a copy does not repeat them.
import type { SharedLinks } from './page.ts';

/** What may hold a shared text; whether it does is read by what opens it, which is fetched only then. */
const MAY_BE_SHARED = /^#share(=|%3d)/i;

function take(): string {
  const { hash, pathname, search } = location;
  if (!MAY_BE_SHARED.test(hash)) return '';
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
