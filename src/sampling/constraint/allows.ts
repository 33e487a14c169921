// A mask over a vocabulary: a bit an id.

/** Whether a mask has an id. */
export const allows = (bits: Uint32Array, id: number): boolean => ((bits[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;
