// Whether a newer version of the page is here, and how it is taken.
import { createStore, type StoreApi } from 'zustand/vanilla';

export interface VersionState {
  /** A newer version has been fetched and waits. */
  readonly waiting: boolean;
  /** The person will take it with the next visit. */
  readonly later: boolean;
  /** Takes it now: what is open is written, and the page comes again. */
  readonly take: () => void;
}

export type VersionStore = StoreApi<VersionState>;

export function createVersionStore(): VersionStore {
  return createStore(() => ({ waiting: false, later: false, take: () => {} }));
}
