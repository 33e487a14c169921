// Commands that a reload brings back. Each change is made on the record as it lies, so that what one tab forbids no other one writes back.
import { databaseRecord } from '../shared/keptRecord.ts';
import { readLibrary } from './library.ts';
import type { Library } from './types.ts';

/** Where the record lies; a test has a variable. */
export interface LibraryRecord {
  read(): Promise<Library>;
  /** Puts what `change` makes of the kept library in its place, in one step. */
  change(change: (kept: Library) => Library): Promise<void>;
  /** Calls back when another tab has changed it. Returns the end of it. */
  hear(listener: () => void): () => void;
}

const NAME = 'nucleus-commands';

export function keptLibrary(): LibraryRecord {
  const record = databaseRecord(NAME, 'library');
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
  return {
    read: async () => readLibrary(await record.read()),
    change: async change => {
      await record.update(kept => change(readLibrary(kept)));
      channel?.postMessage(null);
    },
    hear: listener => {
      channel?.addEventListener('message', listener);
      return () => {
        channel?.removeEventListener('message', listener);
        channel?.close();
      };
    },
  };
}
