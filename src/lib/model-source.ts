// Where a model can come from, what it is called, and the key under which the cache knows it: the same for page and worker.

export type ModelSource =
  /** Same-origin files under `models/<id>/`. */
  | { readonly kind: 'shipped'; readonly id: string }
  /** `owner/name` at a branch, tag or commit; of a repository with several models the file of one, or the first of its parts. */
  | { readonly kind: 'hub'; readonly repo: string; readonly revision: string; readonly file?: string | undefined }
  /** Files a person opened; their bytes travel in the command, or come from the cache when `files` is absent from it. */
  | { readonly kind: 'local'; readonly name: string }
  /** A server that computes: its address, and one of its models, '' for the first. What is kept or leaves the page never has it. */
  | { readonly kind: 'server'; readonly address: string; readonly model: string };

/** A model as what its numbers are of: equal digests, equal numbers. The name is for people alone and says nothing of the weights. */
export interface ModelIdentity {
  readonly name: string;
  /** SHA-256 of configuration and weights, in hexadecimal; with `:int8` where the weights were made in another format, see `digestIn`. */
  readonly digest: string;
}

/** A person's access token, and the only origin that it may be sent to. Lives in the tab and the worker; never in a cache, a link, an export or an error. */
export interface HubToken {
  readonly host: string;
  readonly value: string;
}

/** Where things are, as the page knows it. */
export interface Origins {
  /** Absolute URL of the folder of shipped models; ends in `/`. */
  readonly shippedBase: string;
  /** `https://huggingface.co` unless a person or a test says otherwise. */
  readonly hubHost: string;
  readonly token?: HubToken;
}

/** A stored model as a person sees it. */
export interface CachedModel {
  readonly key: string;
  readonly name: string;
  readonly source: ModelSource;
  readonly commit: string;
  /** Of its content, as `ModelIdentity` has it for weights as stored; '' until it is complete. */
  readonly digest: string;
  /** Bytes on the disk, those of an unfinished second copy too. */
  readonly bytes: number;
  readonly complete: boolean;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** One of several models that lie in one place. */
export interface ModelChoice {
  /** Its only file, or the first of its parts, with the folders that it lies in. */
  readonly file: string;
  readonly parts: number;
  /** Of all its parts. */
  readonly bytes: number;
}

/** One of several models among files that a person opened. */
export interface OpenedChoice extends ModelChoice {
  /** Places of its files among all that were opened. */
  readonly opened: readonly number[];
}

const fileOf = ({ file }: { readonly file?: string | undefined }): string => (file === undefined ? '' : `:${file}`);

/** `shipped/nucleus-3m`, `hub/owner/name@revision`, `hub/owner/name@revision:file.gguf`, `local/name`: where a model comes from, not what it contains. */
export function sourceKey(source: ModelSource): string {
  switch (source.kind) {
    case 'shipped':
      return `shipped/${source.id}`;
    case 'hub':
      return `hub/${source.repo}@${source.revision}${fileOf(source)}`;
    case 'local':
      return `local/${source.name}`;
    case 'server':
      return `server/${source.address} ${source.model}`;
    default:
      return source satisfies never;
  }
}

/** The name a person knows the model by: `nucleus-3m`, `owner/name`, `owner/name@revision`, `owner/name:file.gguf`. */
export function sourceName(source: ModelSource): string {
  switch (source.kind) {
    case 'shipped':
      return source.id;
    case 'hub':
      return `${source.repo}${source.revision === 'main' ? '' : `@${source.revision}`}${fileOf(source)}`;
    case 'local':
      return source.name;
    case 'server':
      return source.model || source.address;
    default:
      return source satisfies never;
  }
}
