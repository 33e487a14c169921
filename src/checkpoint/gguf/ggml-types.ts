// Element types by their numbers in a GGUF file.
// Source: enum ggml_type in ggml.h of ggml-org/ggml. Numbers that are not here were given up.
import { BLOCKS, isBlockDtype } from '../blocks.ts';
import type { Dtype } from '../dtypes.ts';
import { bad } from './header-bytes.ts';

const TYPES: ReadonlyMap<number, Dtype> = new Map<number, Dtype>([
  [0, 'F32'],
  [1, 'F16'],
  [2, 'Q4_0'],
  [3, 'Q4_1'],
  [6, 'Q5_0'],
  [7, 'Q5_1'],
  [8, 'Q8_0'],
  [9, 'Q8_1'],
  [10, 'Q2_K'],
  [11, 'Q3_K'],
  [12, 'Q4_K'],
  [13, 'Q5_K'],
  [14, 'Q6_K'],
  [15, 'Q8_K'],
  [16, 'IQ2_XXS'],
  [17, 'IQ2_XS'],
  [18, 'IQ3_XXS'],
  [19, 'IQ1_S'],
  [20, 'IQ4_NL'],
  [21, 'IQ3_S'],
  [22, 'IQ2_S'],
  [23, 'IQ4_XS'],
  [24, 'I8'],
  [25, 'I16'],
  [26, 'I32'],
  [27, 'I64'],
  [28, 'F64'],
  [29, 'IQ1_M'],
  [30, 'BF16'],
  [34, 'TQ1_0'],
  [35, 'TQ2_0'],
  [39, 'MXFP4'],
  [40, 'NVFP4'],
]);

/** Numbers by type, for what writes such files. */
export const TYPE_NUMBERS: ReadonlyMap<Dtype, number> = new Map([...TYPES].map(([number, dtype]) => [dtype, number]));

/** @throws NucleusError bad_gguf for a number that names no type. */
export function ggmlType(number: number, tensor: string): Dtype {
  const dtype = TYPES.get(number);
  if (dtype === undefined) throw bad(`${tensor} has the unknown type ${number}`);
  return dtype;
}

/** Numbers of a block; 1 for what has no blocks. */
export function blockNumbers(dtype: Dtype): number {
  return isBlockDtype(dtype) ? BLOCKS[dtype].numbers : 1;
}
