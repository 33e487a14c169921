// How matrices are stored on the GPU: a file of this folder a format, and parts in shaders/ that read it. Arithmetic is f32 always.

/** Columns that `fn unit_dot(row, unit, x0) -> f32` multiplies at once. */
export interface Unit {
  /** Parts in shaders/ that declare the binding `weights`, `const UNIT` and `fn unit_dot`. */
  readonly parts: readonly string[];
  /** Columns. */
  readonly columns: number;
}

export interface Storage {
  readonly name: string;
  /** The dtype of a checkpoint that is stored so, number by number the same. */
  readonly dtype: string;
  /** Parts in shaders/ that declare the binding `weights` and `fn weight4(row, k4) -> vec4f`. */
  readonly parts: readonly string[];
  /** How a row is read by whole units of columns: those whose quants, or their lower bits, are a load of 16 bytes. They need not lie side by side. */
  readonly unit: Unit;
  /** Numbers of a block, and its bytes in a checkpoint, where rows are whole blocks. */
  readonly block: number;
  readonly blockBytes: number;
  /** Bytes from row to row on the GPU; `columns` is whole blocks. */
  readonly strideBytes: (columns: number) => number;
  /** Whole rows of a checkpoint as they lie on the GPU. May be the same bytes. */
  readonly pack: (rows: Uint8Array, columns: number) => Uint8Array;
  /** The numbers of whole rows as they lie on the GPU, [rows, columns], exactly: for the oracle. */
  readonly dequantise: (rows: Uint8Array, columns: number) => Float32Array<ArrayBuffer>;
  /** Numbers as a checkpoint of this dtype has them, rounded; null where no matrix is made so while loading. */
  readonly quantise: ((numbers: Float32Array) => Uint8Array<ArrayBuffer>) | null;
}

/** Units of four columns: what any storage that has `weight4` can be read by. */
export const unitOfFour = (parts: readonly string[]): Unit => ({ parts: [...parts, 'unit_four'], columns: 4 });

/** A storage as rows of so many columns are read: four columns at a time where they are no whole units. */
export function byWholeUnits(storage: Storage, columns: number): Storage {
  return columns % storage.unit.columns === 0 ? storage : { ...storage, unit: unitOfFour(storage.parts) };
}

/** Bytes of a row in a checkpoint. */
export const fileBytes = ({ block, blockBytes }: Storage, columns: number): number => (columns / block) * blockBytes;
