// What takes the bytes of one tensor while a checkpoint is read.
import { IN_THREAD, type Quantiser } from './quantise/quantiser.ts';
import type { RowWriter } from './row-writer.ts';

/** Takes the bytes of one tensor in the order of the checkpoint, in pieces of any size. */
export interface TensorWriter {
  /** Resolves once more may come; the bytes are no longer needed then. */
  write(bytes: Uint8Array): Promise<void>;
  /** Call once after the last byte. What other threads make may come later, see `Weights.settled`. */
  end(): Promise<void>;
}

/** With a quantiser: `step` bytes at a time, each once there is room for them. */
export function writing(
  writer: Pick<RowWriter, 'write' | 'end'>,
  { quantiser = IN_THREAD, step = Number.POSITIVE_INFINITY }: { quantiser?: Quantiser; step?: number } = {},
): TensorWriter {
  return {
    write: async piece => {
      for (let at = 0; at < piece.length; at += step) {
        writer.write(piece.subarray(at, at + step));
        await quantiser.room();
      }
    },
    end: async () => writer.end(),
  };
}
