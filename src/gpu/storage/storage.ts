// How matrices are stored on the GPU: a file of this folder a format, and a part in shaders/ that reads it. Arithmetic is f32 always.

export interface Storage {
  readonly name: string;
  /** The dtype of a checkpoint that is stored so, bit by bit. */
  readonly dtype: string;
  /** The part in shaders/ that declares the binding `weights` and `fn weight4(row, k4) -> vec4f`. */
  readonly part: string;
  /** Numbers of a block, and its bytes; a row is whole blocks, the last one filled up with zeros. */
  readonly block: number;
  readonly blockBytes: number;
  /** The numbers of whole blocks, exactly: for the oracle. */
  readonly dequantise: (bytes: Uint8Array<ArrayBuffer>) => Float32Array<ArrayBuffer>;
}

/** Numbers from row to row. */
export const strideOf = ({ block }: Storage, columns: number): number => Math.ceil(columns / block) * block;

/** Bytes of so many numbers, which are whole blocks. */
export const bytesOf = ({ block, blockBytes }: Storage, numbers: number): number => (numbers / block) * blockBytes;
