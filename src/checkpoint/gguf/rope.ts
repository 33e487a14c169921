// Rotary positions of a GGUF file in the words of config.json.
import type { JsonFields } from '../json.ts';
import { type Fields, refused } from './fields.ts';

/** Factors of the pairs that lie in the file as tensors: for texts up to the trained length, and for longer ones. */
export interface RopeFactors {
  readonly all?: readonly number[];
  readonly short?: readonly number[];
  readonly long?: readonly number[];
}

/** Tensors with factors, by what they hold. */
export const FACTOR_TENSORS = {
  all: 'rope_freqs.weight',
  short: 'rope_factors_short.weight',
  long: 'rope_factors_long.weight',
} as const;

/** Heads that turn in part, in the words of config.json. @throws NucleusError unsupported_config where they may not. */
export function turnedPart(fields: Fields, mayBePart: boolean): number {
  const turned = fields.optional('rope.dimension_count') ?? fields.headSize;
  if (!mayBePart && turned !== fields.headSize)
    throw refused(
      fields.keyOf('rope.dimension_count'),
      `${turned} of ${fields.headSize} columns where this architecture turns whole heads`,
    );
  return turned / fields.headSize;
}

/** `rope_theta` and `rope_scaling`. @throws NucleusError unsupported_config for a scaling that is not known. */
export function ropeFields(fields: Fields, factors: RopeFactors): JsonFields {
  const rope_theta = fields.optional('rope.freq_base') ?? 10_000;
  const scaling = scalingOf(fields, factors);
  return { rope_theta, ...(scaling && { rope_scaling: scaling }) };
}

function scalingOf(fields: Fields, { all, short, long }: RopeFactors): JsonFields | null {
  const positions = fields.number('context_length');
  const original = fields.optional('rope.scaling.original_context_length');
  const attention = fields.optional('rope.scaling.attn_factor');
  if (short !== undefined && long !== undefined) {
    const scale = attention === undefined ? {} : { attention_factor: attention };
    const from = original ?? positions;
    return {
      rope_type: 'longrope',
      short_factor: short,
      long_factor: long,
      original_max_position_embeddings: from,
      ...scale,
    };
  }
  // Factors that hold for texts of any length, as Llama 3.1 has them.
  if (all !== undefined)
    return {
      rope_type: 'longrope',
      short_factor: all,
      long_factor: all,
      original_max_position_embeddings: positions,
      attention_factor: 1,
    };
  const type = fields.text('rope.scaling.type') ?? 'none';
  const factor = fields.optional('rope.scaling.factor') ?? fields.optional('rope.scale_linear');
  switch (type) {
    case 'none':
    case 'linear':
      return factor === undefined || factor === 1 || factor === 0 ? null : { rope_type: 'linear', factor };
    case 'yarn':
      return factor === undefined || factor === 0 ? null : yarn(fields, factor, original ?? positions, attention);
    default:
      throw refused(fields.keyOf('rope.scaling.type'), `${JSON.stringify(type)}; supported: none, linear, yarn`);
  }
}

function yarn(fields: Fields, factor: number, original: number, attention: number | undefined): JsonFields {
  const [beta_fast, beta_slow] = ['fast', 'slow'].map(name => fields.optional(`rope.scaling.yarn_beta_${name}`));
  return {
    rope_type: 'yarn',
    factor,
    original_max_position_embeddings: original,
    ...(beta_fast !== undefined && { beta_fast }),
    ...(beta_slow !== undefined && { beta_slow }),
    // On top of what the formula has.
    ...(attention !== undefined && attention !== 1 && { attention_factor: attention * (0.1 * Math.log(factor) + 1) }),
  };
}
