// Every storage there is, by name.
import { bf16 } from './bf16.ts';
import { f16 } from './f16.ts';
import { f32 } from './f32.ts';

export const STORAGES = { f32, f16, bf16 } as const;
export type StorageName = keyof typeof STORAGES;
