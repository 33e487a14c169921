// A document whose tokens wait for their model: what is written of it while it stands here in other ids, or in none.
import { clampSettings } from '../../sampling/settings.ts';
import { alike } from '../../sampling/steps.ts';
import type { Branch } from '../document/types.ts';
import type { Saved, ToSave } from './saved.ts';

/** Ids that were not typed: another vocabulary, or other weights, have no such draws. */
export function hasOwn(branches: readonly Branch[]): boolean {
  return branches.some(({ tokens }) => tokens.some(({ origin }) => origin !== 'typed'));
}

/** Of the settings. */
export type Chosen = Pick<Saved, 'settings' | 'seed'>;

/** Those of the document, with what a person has changed from `before` to `now` beside other ids. Its biases are of its own ids. */
export function chosenOf(own: Chosen, now: Chosen, before: Chosen): Chosen {
  const changes = Object.entries(now.settings).filter(
    ([key, value]) => key !== 'logit_bias' && !alike(value, Reflect.get(before.settings, key)),
  );
  const seed = now.seed === before.seed ? own.seed : now.seed;
  return { settings: clampSettings({ ...own.settings, ...Object.fromEntries(changes) }), seed };
}

/** Tokens and branches stay as they lie in `record`; `text` is what stands here. */
export function asKept(saved: Saved, record: unknown, text: string): Partial<ToSave> {
  const { fingerprint, model, source } = saved;
  const own = saved.tokensOf ?? saved.text;
  const kept = { record, tokens: saved.tokens, set: saved.set };
  return { kept, tokensOf: own === text ? null : own, fingerprint, model, source };
}

/** In other ids its text may read otherwise, and what stands beside it is not its own. */
export function asItWas(saved: Saved): Partial<ToSave> {
  const { text, tokensOf, selection, settings, seed, lastSeed, pins } = saved;
  return { text, tokensOf, selection, settings, seed, lastSeed, pins };
}
