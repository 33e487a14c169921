// Ways to store the matrices of a checkpoint of floats, besides its own.

/** `int8` and `int4`: blocks of 32 numbers along the reduced dimension. */
export const WEIGHT_FORMATS = ['f32', 'f16', 'int8', 'int4'] as const;
export type WeightFormat = (typeof WEIGHT_FORMATS)[number];

export const isWeightFormat = (name: unknown): name is WeightFormat => WEIGHT_FORMATS.some(format => format === name);
