// What a model takes on an adapter: its context, its weights in every format that they can have, and whether all of it fits.
import type { Gpu } from '../gpu/device.ts';
import { layoutWeights } from '../gpu/layout.ts';
import { defined } from '../lib/assert.ts';
import type { ContextNeeds } from '../lib/context-memory.ts';
import { asNucleusError, NucleusError } from '../lib/error.ts';
import { formatBytes } from '../lib/format.ts';
import { type FormatChoice, type FormatNeeds, WEIGHT_FORMATS } from '../lib/weight-format.ts';
import { matchWeights } from '../model/checkpoint.ts';
import type { Graph } from '../model/ir/graph.ts';
import { fuse } from '../model/rewrites/fuse.ts';
import { withKv } from '../model/rewrites/half-keys.ts';
import type { NumericCheckpoint } from './checkpoint.ts';
import { contextNeeds, fixedBuffers } from './model.ts';
import { storageOfWeights } from './stored-weights.ts';

type Adapter = Pick<Gpu, 'device' | 'software'>;
type Weights = Pick<NumericCheckpoint, 'graph' | 'tensors'>;

/** The least context that is worth loading a model for. */
const LEAST_CONTEXT = 64;

export interface Fit {
  /** With weights in the chosen format. */
  readonly context: ContextNeeds;
  /** With keys and values in f16. */
  readonly halfContext: ContextNeeds;
  /** As stored, then every other one that would be another. */
  readonly formats: readonly FormatNeeds[];
  readonly chosen: FormatNeeds;
  /** Formats that take less than the chosen one and fit, the largest first: where memory gives out. */
  readonly smaller: readonly FormatNeeds[];
  /** `model_too_large` where a part of it breaks the device's limits. */
  readonly refusal: NucleusError | null;
}

/** GiB of memory that a browser tells of a device at most: there may be more. */
const MOST_TOLD = 8;

/**
 * Weights in the format that is wanted, where the model has it; else as stored, or in the largest format that fits where that does not: the limits of the
 * adapter, and half of the memory of a device that tells it. `memory` in GiB, at most 8, as the browser has it; null where it says nothing.
 */
export function fitOf(
  gpu: Adapter,
  { graph, tensors }: Weights,
  { wanted, memory = null }: { readonly wanted?: FormatChoice | undefined; readonly memory?: number | null } = {},
): Fit {
  const fused = fuse(graph);
  const budget = memory === null || memory >= MOST_TOLD ? Number.POSITIVE_INFINITY : (memory * 2 ** 30) / 2;
  const options = optionsOf(graph, tensors, { limit: limitOf(gpu), budget });
  const chosen = choose(options, wanted);
  const smaller = options.filter(each => each.refusal === null && each.needs.weightBytes < chosen.needs.weightBytes);
  const context = contextNeeds(gpu, fused, chosen.needs.weightBytes);
  const halfContext = contextNeeds(gpu, fuse(withKv(graph, 'f16')), chosen.needs.weightBytes);
  const refusal = contextRefusal(gpu, fused, context) ?? chosen.refusal;
  return {
    context,
    halfContext,
    formats: options.map(({ needs }) => needs),
    chosen: chosen.needs,
    smaller: smaller.toSorted(bySize).map(({ needs }) => needs),
    refusal,
  };
}

interface Option {
  readonly needs: FormatNeeds;
  readonly refusal: NucleusError | null;
  /** How every matrix is stored: formats of equal signature are one. */
  readonly signature: string;
  /** The format by which it was asked for, and others that come to the same. */
  readonly names: FormatChoice[];
}

interface Bounds {
  /** Bytes of a buffer, and of all weights where nobody chose. */
  readonly limit: number;
  readonly budget: number;
}

/** Blocks are computed as they are: only a model of floats alone has other formats. */
function optionsOf(graph: Graph, tensors: Weights['tensors'], bounds: Bounds): readonly Option[] {
  const { tensorOf } = matchWeights(graph, tensors);
  const storageIn = (format: FormatChoice) =>
    storageOfWeights(graph, tensorOf, tensors, format === 'stored' ? null : format);
  const stored = optionOf(graph, storageIn('stored'), 'stored', bounds);
  const options = [stored.option];
  for (const format of stored.floats ? WEIGHT_FORMATS : []) {
    const { option } = optionOf(graph, storageIn(format), format, bounds);
    const same = options.find(({ signature }) => signature === option.signature);
    if (same === undefined) options.push(option);
    else same.names.push(format);
  }
  return options;
}

function optionOf(
  graph: Graph,
  storageOf: ReturnType<typeof storageOfWeights>,
  format: FormatChoice,
  { limit, budget }: Bounds,
): { readonly option: Option; readonly floats: boolean } {
  const layouts = layoutWeights(graph, storageOf, Number.MAX_SAFE_INTEGER);
  const parts = [...layouts.matrices.values()].flatMap(matrix => matrix.parts);
  const dtype = format === 'stored' ? defined(storageOf(graph.head)[0], graph.head).storage.name : format;
  const refusal = refusalOf(() => layoutWeights(graph, storageOf, limit));
  const reason = refusal === null ? '' : refusalWords(refusal);
  return {
    option: {
      needs: { format, dtype, weightBytes: layouts.bytes, reason, heavy: layouts.bytes > budget },
      refusal,
      signature: parts.map(({ rows, storage }) => `${rows} ${storage.name}`).join(),
      names: [format],
    },
    floats: parts.every(({ storage }) => storage.block === 1),
  };
}

function choose(options: readonly Option[], wanted: FormatChoice | undefined): Option {
  const stored = defined(options[0], 'as stored');
  const asked = wanted && options.find(({ names }) => names.includes(wanted));
  if (asked && (asked !== stored || stored.refusal === null)) return asked;
  const fitting = options.filter(({ refusal }) => refusal === null);
  const light = fitting.filter(({ needs }) => !needs.heavy);
  if (light.includes(stored)) return stored;
  return light.toSorted(bySize)[0] ?? fitting.toSorted(bySize).at(-1) ?? stored;
}

/** The largest first. */
const bySize = (a: Option, b: Option): number => b.needs.weightBytes - a.needs.weightBytes;

function refusalOf(layout: () => void): NucleusError | null {
  try {
    layout();
    return null;
  } catch (error) {
    return asNucleusError(error);
  }
}

/** Of what is no weight. */
function contextRefusal(gpu: Adapter, fused: Graph, { slotLimit }: ContextNeeds): NucleusError | null {
  const limit = limitOf(gpu);
  const least = Math.min(fused.dims.n_ctx, LEAST_CONTEXT);
  if (slotLimit < least) {
    const needed = Math.ceil((limit / slotLimit) * least);
    const message = `a context of ${least} positions needs one buffer of ${needed} bytes, and this adapter allows ${limit}`;
    return new NucleusError('model_too_large', message, { needed, limit });
  }
  const large = fixedBuffers(gpu, fused).find(({ size }) => size > limit);
  if (large === undefined) return null;
  const message = `${large.label} needs one buffer of ${large.size} bytes, and this adapter allows ${limit}`;
  return new NucleusError('model_too_large', message, { needed: large.size, limit });
}

function limitOf({ device }: Adapter): number {
  return Math.min(device.limits.maxBufferSize, device.limits.maxStorageBufferBindingSize);
}

/** For people: what is too large. */
export function refusalWords({ detail, message }: NucleusError): string {
  const [needed, limit] = [Number(detail.needed), Number(detail.limit)];
  if (Number.isNaN(needed) || Number.isNaN(limit)) return message;
  return `A part of it takes ${formatBytes(needed)} in one piece, and this adapter allows ${formatBytes(limit)} at most.`;
}
