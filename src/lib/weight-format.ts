// Ways to store the matrices of a checkpoint of floats, besides its own, and what they do to the digest of a model.

/** `int8` and `int4`: blocks of 32 numbers along the reduced dimension. */
export const WEIGHT_FORMATS = ['f32', 'f16', 'int8', 'int4'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

/** `stored`: as the checkpoint has them. */
export type FormatChoice = WeightFormat | 'stored';

export const isWeightFormat = (name: unknown): name is WeightFormat => WEIGHT_FORMATS.some(format => format === name);

/** The weights of a model in one format on one adapter. */
export interface FormatNeeds {
  readonly format: FormatChoice;
  /** The format, or how most of the weights are stored. */
  readonly dtype: string;
  /** Bytes of the weights on the GPU. */
  readonly weightBytes: number;
  /** Why this adapter cannot hold them, in one sentence; empty where it can. */
  readonly reason: string;
  /** More than half of the memory that the device has by its own word: not taken unless asked for. */
  readonly heavy: boolean;
}

/** The digest of a model whose files have `digest`: weights made in another format give other numbers. `5e...`, `5e...:int8`. */
export function digestIn(digest: string, format: FormatChoice): string {
  return format === 'stored' || digest === '' ? digest : `${digest}:${format}`;
}

/** What `digestIn` joined. */
export function splitDigest(digest: string): { readonly files: string; readonly format: FormatChoice } {
  const [files = '', format] = digest.split(':');
  return { files, format: isWeightFormat(format) ? format : 'stored' };
}
