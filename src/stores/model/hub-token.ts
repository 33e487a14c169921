// The access token for the Hub, as the browser keeps it: for this tab alone, or for later visits where a person asked for that.
import type { HubToken } from '../../lib/model-source.ts';

/** In sessionStorage or localStorage: the host it may be sent to, a space, the token. */
export const TOKEN_KEY = 'nucleus.token';

/**
 * The token for this host and no other, from the first storage that has one. `takesOff`: the browser takes a token off where a redirect leads to another
 * origin; those that do not do so yet lack this function, too, and are not trusted with one.
 */
export function hubToken(
  host: string,
  storages: readonly (Pick<Storage, 'getItem'> | null)[],
  takesOff = 'withResolvers' in Promise,
): HubToken | null {
  if (!takesOff) return null;
  for (const storage of storages) {
    const [its, value] = (storage?.getItem(TOKEN_KEY) ?? '').split(' ');
    if (its === host && value) return { host, value };
  }
  return null;
}
