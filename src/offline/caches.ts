// Names of the caches of the app's files: one a version.

const PREFIX = 'nucleus-app-';

/** Versions whose files stay beside those of the newest, for tabs that they opened. */
const KEPT_BEFORE = 2;

export const isOwnCache = (name: string): boolean => name.startsWith(PREFIX);

/** Those to be deleted once `version` is in use. `names` in the order in which the caches were made. */
export function outdated(names: readonly string[], version: string): string[] {
  const before = names.filter(name => isOwnCache(name) && name !== version);
  return before.slice(0, Math.max(0, before.length - KEPT_BEFORE));
}
