// A store of measurements in a map, for tests.
import type { TuningStore } from '../hub/tuning-store.ts';

export function mapStore(): TuningStore & { readonly records: Map<string, unknown> } {
  const records = new Map<string, unknown>();
  return {
    records,
    get: async key => structuredClone(records.get(key)),
    set: async (key, record) => records.set(key, structuredClone(record)),
    delete: async key => records.delete(key),
  };
}
