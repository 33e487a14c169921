// Where biases come from while vocabularies change under them, so that they find back to the first one, each as a person has left it.
import type { Bias } from '../../sampling/steps/logit_bias.ts';
import { sameToken } from '../../tokenizer/same-token.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';

/** A bias by the vocabulary that it was set in. */
export interface BiasTrail {
  readonly home: Tokenizer;
  readonly homeId: number;
  /** In the vocabulary now; null where one on the way had no such token. */
  readonly id: number | null;
  readonly bias: number;
}

/** With what stands there now in ids of `tokenizer`: a bias that a person took off has no trail any more, one put on begins its own. */
export function withBiases(
  trails: readonly BiasTrail[],
  biases: readonly Bias[],
  tokenizer: Tokenizer,
): readonly BiasTrail[] {
  const now = new Map(biases.map(({ id, bias }) => [id, bias]));
  const known = new Set(trails.map(({ id }) => id));
  const kept = trails.flatMap(trail => {
    const bias = trail.id === null ? trail.bias : now.get(trail.id);
    return bias === undefined ? [] : [{ ...trail, bias }];
  });
  const begun = biases.filter(({ id }) => !known.has(id));
  return [...kept, ...begun.map(({ id, bias }) => ({ home: tokenizer, homeId: id, id, bias }))];
}

/** In ids of `after`. Where two become one token there, its bias is that of the last. */
export function movedTrails(trails: readonly BiasTrail[], before: Tokenizer, after: Tokenizer): readonly BiasTrail[] {
  const ids = trails.map(({ id }) => (id === null ? null : sameToken(before, after, id)));
  return trails.map((trail, i) => ({ ...trail, id: ids.lastIndexOf(ids[i] ?? null) === i ? (ids[i] ?? null) : null }));
}

/** The biases in ids of `tokenizer`, those too that a vocabulary on the way had no token for. */
export function biasesHome(trails: readonly BiasTrail[], tokenizer: Tokenizer): readonly Bias[] {
  return trails.flatMap(({ home, homeId, id, bias }) => {
    const same = home.fingerprint === tokenizer.fingerprint;
    const found = same ? homeId : (id ?? sameToken(home, tokenizer, homeId));
    return found === null ? [] : [{ id: found, bias }];
  });
}
