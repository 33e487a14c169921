// Where a model can come from, and the key under which the cache knows it.
// The shapes equal those of the protocol; this layer sees only lib, so it states them itself.

export type ModelSource =
  /** Same-origin files under `models/<id>/`. */
  | { readonly kind: 'shipped'; readonly id: string }
  /** `owner/name` at a branch, tag or commit. */
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string }
  /** Files a person opened. */
  | { readonly kind: 'local'; readonly name: string };

export interface Origins {
  /** Absolute URL of the folder of shipped models; ends in `/`. */
  readonly shippedBase: string;
  readonly hubHost: string;
}

/** `shipped/nucleus-3m`, `hub/owner/name@revision`, `local/name`. */
export function cacheKey(source: ModelSource): string {
  switch (source.kind) {
    case 'shipped':
      return `shipped/${source.id}`;
    case 'hub':
      return `hub/${source.repo}@${source.revision}`;
    case 'local':
      return `local/${source.name}`;
    default:
      return source satisfies never;
  }
}

/** The name a person knows the model by. */
export function sourceName(source: ModelSource): string {
  switch (source.kind) {
    case 'shipped':
      return source.id;
    case 'hub':
      return source.revision === 'main' ? source.repo : `${source.repo}@${source.revision}`;
    case 'local':
      return source.name;
    default:
      return source satisfies never;
  }
}
