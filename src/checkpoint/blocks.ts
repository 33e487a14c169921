// Element types of ggml: numbers lie in blocks of one size, and a row is whole blocks.
// Source: ggml.h and ggml-common.h of ggml-org/ggml.

/** Numbers of a block, and its bytes. */
export interface Block {
  readonly numbers: number;
  readonly bytes: number;
}

const block = (numbers: number, bytes: number): Block => ({ numbers, bytes });

/** Types that no other format has, by the names of ggml. */
export const BLOCKS = {
  Q4_0: block(32, 18),
  Q4_1: block(32, 20),
  Q5_0: block(32, 22),
  Q5_1: block(32, 24),
  Q8_0: block(32, 34),
  Q8_1: block(32, 36),
  Q2_K: block(256, 84),
  Q3_K: block(256, 110),
  Q4_K: block(256, 144),
  Q5_K: block(256, 176),
  Q6_K: block(256, 210),
  Q8_K: block(256, 292),
  IQ1_S: block(256, 50),
  IQ1_M: block(256, 56),
  IQ2_XXS: block(256, 66),
  IQ2_XS: block(256, 74),
  IQ2_S: block(256, 82),
  IQ3_XXS: block(256, 98),
  IQ3_S: block(256, 110),
  IQ4_NL: block(32, 18),
  IQ4_XS: block(256, 136),
  TQ1_0: block(256, 54),
  TQ2_0: block(256, 66),
  MXFP4: block(32, 17),
  NVFP4: block(64, 36),
} as const;

export type BlockDtype = keyof typeof BLOCKS;

export function isBlockDtype(dtype: string): dtype is BlockDtype {
  return Object.hasOwn(BLOCKS, dtype);
}
