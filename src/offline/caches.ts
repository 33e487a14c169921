// Names of the caches of the app's files: one a version.

const PREFIX = 'nucleus-app-';

/** Versions whose files stay beside those of the newest, for tabs that they opened. */
const KEPT_BEFORE = 2;

export const isOwnCache = (name: string): boolean => name.startsWith(PREFIX);

/**
 * Those to be deleted once `version` is in use. `names` in the order in which the caches were made. `used` tells versions that were in use once: one that was replaced while it
 * waited has no tabs, and takes no place of those that have. The newest may be waiting still.
 */
export function outdated(names: readonly string[], version: string, used: (name: string) => boolean): string[] {
  const own = names.filter(isOwnCache);
  const others = own.filter(name => name !== version);
  const newest = own.at(-1);
  const never = others.filter(name => !used(name) && name !== newest);
  const before = others.filter(name => used(name));
  return [...never, ...before.slice(0, Math.max(0, before.length - KEPT_BEFORE))];
}
