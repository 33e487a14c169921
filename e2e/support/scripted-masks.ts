// Test support: what constraints let follow, in the vocabulary of the scripted engine.
import tokenizerJson from '../../public/models/nucleus-3m/tokenizer.json' with { type: 'json' };
import { toWire } from '../../src/lib/error.ts';
import type { CommandOf } from '../../src/protocol/commands.ts';
import type { EventOf } from '../../src/protocol/events.ts';
import type { Masks } from '../../src/sampling/constraint/masks.ts';
import { masksFor } from '../../src/sampling/constraint/read.ts';
import type { Constraint } from '../../src/sampling/steps/constraint.ts';
import { tokenBytesTable } from '../../src/tokenizer/bytes.ts';

/** Ids of the tokenizer that ships, and the one that ends texts. */
const [V, END] = [2048, 2047];
const SPELLED = { bytes: tokenBytesTable(tokenizerJson, V), specials: new Set([END]), eosIds: [END] };

export const scriptedMasks = (constraint: Constraint): Masks => masksFor(SPELLED, constraint);

export function maskEvent({ run, tokens, constrained, constraint }: CommandOf<'mask'>): EventOf<'mask'> {
  return { type: 'mask', run, ...scriptedMasks(constraint).after(tokens, constrained) };
}

export function failure(run: number, thrown: unknown): EventOf<'failed'> {
  return { type: 'failed', run, error: toWire(thrown) };
}
