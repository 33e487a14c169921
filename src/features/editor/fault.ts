// What went wrong with the last edit of the text, for the line under it.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { defineFeatureStore } from '../../stores/feature-store.ts';
import type { FieldFault } from './field.ts';

export interface FaultState {
  readonly fault: FieldFault | null;
  report(fault: FieldFault | null): void;
}

export const faultStore = defineFeatureStore<StoreApi<FaultState>>(() => {
  const store = createStore<FaultState>()(set => ({ fault: null, report: fault => set({ fault }) }));
  return { store, dispose: () => {} };
});
