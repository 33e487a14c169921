// Rotary positions as config.json says them: the frequencies of each pair of columns, whatever the scaling is called and wherever it stands.
//
// Old files have `rope_theta` and `rope_scaling` (with `type` or `rope_type`), new ones `rope_parameters` with all of it. Formulas as in transformers.

import * as v from 'valibot';
import type { RotaryTable } from '../ir/graph.ts';
import { isEmpty, positive, readConfig, refused, shown, size } from './config-fields.ts';

/** The fields a decoder's config has for its rotary positions, not yet checked; spread them into its schema. */
export const ROPE_FIELDS = {
  rope_theta: v.nullish(positive),
  partial_rotary_factor: v.nullish(positive),
  original_max_position_embeddings: v.nullish(size(2 ** 24)),
  rope_scaling: v.optional(v.unknown()),
  rope_parameters: v.optional(v.unknown()),
} as const;

export interface RopeConfig {
  readonly rope_theta?: number | null | undefined;
  readonly partial_rotary_factor?: number | null | undefined;
  readonly original_max_position_embeddings?: number | null | undefined;
  readonly rope_scaling?: unknown;
  readonly rope_parameters?: unknown;
  readonly max_position_embeddings: number;
}

const numbers = v.array(positive);

/** What stands in `rope_scaling` or `rope_parameters`. */
const PARAMETERS = v.object({
  rope_type: v.nullish(v.unknown()),
  type: v.nullish(v.unknown()),
  rope_theta: v.nullish(positive),
  partial_rotary_factor: v.nullish(positive),
  factor: v.nullish(positive),
  original_max_position_embeddings: v.nullish(size(2 ** 24)),
  attention_factor: v.nullish(positive),
  beta_fast: v.nullish(positive),
  beta_slow: v.nullish(positive),
  mscale: v.nullish(v.number()),
  mscale_all_dim: v.nullish(v.number()),
  truncate: v.optional(v.boolean(), true),
  low_freq_factor: v.nullish(positive),
  high_freq_factor: v.nullish(positive),
  short_factor: v.nullish(numbers),
  long_factor: v.nullish(numbers),
});
type Parameters = v.InferOutput<typeof PARAMETERS>;

/** What a scaling starts from. */
interface Rope {
  readonly parameters: Parameters;
  /** Columns of a head that turn, two a pair. */
  readonly dim: number;
  readonly theta: number;
  readonly positions: number;
  readonly original: number;
}

type Scaling = (rope: Rope) => RotaryTable;

const SCALINGS: ReadonlyMap<unknown, Scaling> = new Map<unknown, Scaling>([
  ['default', rope => ({ inv_freq: plain(rope), scale: 1 })],
  ['linear', rope => ({ inv_freq: plain(rope).map(f => f / needed(rope, 'factor')), scale: 1 })],
  // Up to max_position_embeddings, beyond which no text of ours goes, it changes nothing.
  ['dynamic', rope => ({ inv_freq: plain(rope), scale: 1 })],
  ['yarn', yarn],
  ['longrope', longrope],
  ['llama3', llama3],
]);

/** What the fields of a family say beyond its own defaults. */
export interface RopeDefaults {
  readonly theta: number;
  /** The part of a head that turns where the file says none; without it, the family turns whole heads alone. */
  readonly partial?: number;
  /** A record in `rope_parameters` for this kind of layer, where the family has one. */
  readonly layerType?: string;
  /** What other names of a scaling mean in this family. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Where the family says it beside the record, it rules. */
  readonly original?: number;
}

/** The table of heads of `headSize` columns. Throws `unsupported_config` and `bad_json` by the field's name. */
export function rotaryTable(config: RopeConfig, headSize: number, defaults: RopeDefaults): RotaryTable {
  const field = isEmpty(config.rope_scaling) ? 'rope_parameters' : 'rope_scaling';
  const written = config[field] ?? {};
  const parameters = readConfig(PARAMETERS, ofLayer(field, written, defaults.layerType));
  const partial = parameters.partial_rotary_factor ?? config.partial_rotary_factor ?? defaults.partial ?? 1;
  if (defaults.partial === undefined && partial !== 1)
    throw refused('partial_rotary_factor', `${partial} where this family turns whole heads`);
  const dim = Math.floor(headSize * partial);
  if (dim % 2 !== 0 || dim > headSize || dim < 2)
    throw refused('partial_rotary_factor', `${partial} of a head of ${headSize} is no whole number of pairs`);
  const positions = config.max_position_embeddings;
  const named = parameters.rope_type ?? parameters.type ?? 'default';
  const aliases = new Map<unknown, string>(Object.entries(defaults.aliases ?? {}));
  const scaling = SCALINGS.get(aliases.get(named) ?? named);
  if (scaling === undefined) {
    const supported = [...SCALINGS.keys()].join(', ');
    throw refused(field, `${shown(named)}; supported: ${supported}`);
  }
  return scaling({
    parameters,
    dim,
    theta: parameters.rope_theta ?? config.rope_theta ?? defaults.theta,
    positions,
    original:
      defaults.original ??
      parameters.original_max_position_embeddings ??
      config.original_max_position_embeddings ??
      positions,
  });
}

/** The record itself, or the one it has for a kind of layer; a family whose layers turn alike has no such records. */
function ofLayer(field: string, written: unknown, layerType: string | undefined): unknown {
  if (typeof written !== 'object' || written === null) return written;
  const record = new Map<string, unknown>(Object.entries(written));
  if (layerType === undefined) {
    const kind = ['full_attention', 'sliding_attention'].find(each => record.has(each));
    if (kind !== undefined)
      throw refused(field, `positions of ${kind} layers of their own are not supported in this family`);
    return written;
  }
  return record.has(layerType) ? (record.get(layerType) ?? {}) : written;
}

/** theta^(-2 i / dim) of pair i. */
function plain({ theta, dim }: Rope): number[] {
  return Array.from({ length: dim / 2 }, (_, i) => theta ** ((-2 * i) / dim));
}

function needed({ parameters }: Rope, field: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number {
  const value = parameters[field];
  if (typeof value !== 'number') throw refused(field, 'the scaling of the rotary positions lacks it');
  return value;
}

/** Llama 3.1: slow turns slower by the factor, fast ones as they are, a ramp between. */
function llama3(rope: Rope): RotaryTable {
  const [factor, low, high] = [
    needed(rope, 'factor'),
    needed(rope, 'low_freq_factor'),
    needed(rope, 'high_freq_factor'),
  ];
  const inv_freq = plain(rope).map(f => {
    const wavelength = (2 * Math.PI) / f;
    if (wavelength < rope.original / high) return f;
    if (wavelength > rope.original / low) return f / factor;
    const smooth = (rope.original / wavelength - low) / (high - low);
    return ((1 - smooth) * f) / factor + smooth * f;
  });
  return { inv_freq, scale: 1 };
}

/** Peng et al. 2023, "YaRN": interpolated where a pair turns seldom, as it is where it turns often; attention sharpened by `scale`. */
function yarn(rope: Rope): RotaryTable {
  const { parameters, dim, theta, original } = rope;
  const factor = parameters.factor ?? rope.positions / original;
  const corrected = (turns: number) => (dim * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const [begin, end] = [corrected(parameters.beta_fast ?? 32), corrected(parameters.beta_slow ?? 1)];
  const low = Math.max(parameters.truncate ? Math.floor(begin) : begin, 0);
  const bound = Math.min(parameters.truncate ? Math.ceil(end) : end, dim - 1);
  const high = bound === low ? low + 0.001 : bound;
  const inv_freq = plain(rope).map((f, i) => {
    const ramp = Math.min(1, Math.max(0, (i - low) / (high - low)));
    return (f / factor) * ramp + f * (1 - ramp);
  });
  return { inv_freq, scale: parameters.attention_factor ?? yarnScale(factor, parameters) };
}

function yarnScale(factor: number, { mscale, mscale_all_dim }: Parameters): number {
  const sharpened = (by: number) => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
  return mscale && mscale_all_dim ? sharpened(mscale) / sharpened(mscale_all_dim) : sharpened(1);
}

/** Ding et al. 2024, "LongRoPE": a factor for each pair, one list for texts up to the trained length and one for longer ones. */
function longrope(rope: Rope): RotaryTable {
  const { parameters, original, dim } = rope;
  const divided = (field: 'short_factor' | 'long_factor') => {
    const factors = parameters[field];
    if (factors?.length !== dim / 2)
      throw refused(field, `${factors?.length ?? 'no'} factors where a head has ${dim / 2} pairs`);
    return plain(rope).map((f, i) => f / (factors[i] ?? 1));
  };
  const factor = parameters.factor ?? rope.positions / original;
  const sharpened = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  return {
    inv_freq: divided('short_factor'),
    scale: parameters.attention_factor ?? sharpened,
    long: { beyond: original, inv_freq: divided('long_factor') },
  };
}
