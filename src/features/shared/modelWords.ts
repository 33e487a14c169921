// A model in words: its parts, norms, positions and heads, as its graph has them and never as its name suggests.
import { formatCount } from '../../lib/format.ts';
import type { Anatomy, LayerAnatomy } from '../../model/ir/anatomy.ts';
import type { Activation, Dims } from '../../model/ir/graph.ts';
import type { Mixer } from '../../model/ir/mixers.ts';
import type { LoadedModel } from '../../protocol/events.ts';

/** What the views need of a loaded model. */
export type Shape = Pick<LoadedModel, 'dims' | 'mixers' | 'anatomy'>;

/** What a layer looks back with. */
export const MIXER_NAMES: Readonly<Record<Mixer, string>> = {
  attention: 'attention',
  short_conv: 'convolution',
  delta_rule: 'delta rule',
};

/** Where a column has no room for more. */
export const SHORT_MIXERS: Readonly<Record<Mixer, string>> = {
  attention: 'attn',
  short_conv: 'conv',
  delta_rule: 'delta',
};

export const MIXER_MEANINGS: Readonly<Record<Mixer, string>> = {
  attention: 'Gathers from the tokens up to this one what the heads of the layer look for.',
  short_conv:
    'Mixes each channel with its own last few values: it looks back over a handful of positions and has no weights to show.',
  delta_rule:
    'Keeps a running matrix that every token rewrites a little and reads: it looks back over all of the text and has no weights to show.',
};

export const ACTIVATION_NAMES: Readonly<Record<Activation, string>> = {
  gelu_new: 'GELU (tanh form)',
  gelu: 'GELU',
  quick_gelu: 'quick GELU',
  relu: 'ReLU',
  relu2: 'squared ReLU',
  silu: 'SiLU',
  sigmoid: 'sigmoid',
};

export const NORM_NAMES: Readonly<Record<Anatomy['norm'], string>> = { layernorm: 'layer norm', rmsnorm: 'RMS norm' };

export const NORM_MEANINGS: Readonly<Record<Anatomy['norm'], string>> = {
  layernorm: 'The mean of the numbers is taken away, and they are divided by their standard deviation.',
  rmsnorm: 'The numbers are divided by the root of the mean of their squares; their mean stays.',
};

/** `0`, `0 and 2`, `0–3 and 5`: numbers that rise, neighbours as a span. */
export function spans(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; ) {
    let end = i;
    while (numbers[end + 1] === (numbers[end] ?? 0) + 1) end++;
    parts.push(end > i + 1 ? `${numbers[i]}–${numbers[end]}` : numbers.slice(i, end + 1).join(', '));
    i = end + 1;
  }
  const all = parts.join(', ');
  return all.replace(/, ([^,]*)$/, ' and $1');
}

/** `layer 3`, `layers 0 and 2`, and `every layer` for all of them. */
export function layersNamed(layers: readonly number[], count: number): string {
  if (layers.length === count) return 'every layer';
  return `${layers.length === 1 ? 'layer' : 'layers'} ${spans(layers)}`;
}

/** Numbers of the layers of which `holds` says so. */
export function layersWhere(
  { anatomy, mixers }: Pick<Shape, 'anatomy' | 'mixers'>,
  holds: (layer: LayerAnatomy, mixer: Mixer) => boolean,
): number[] {
  return anatomy.layers.flatMap((layer, i) => (holds(layer, mixers[i] ?? 'attention') ? [i] : []));
}

/** Whether several query heads look with the same keys and values. */
export const isGrouped = ({ n_head, n_kv_head }: Dims): boolean => n_kv_head < n_head;

/** The key head that a query head shares. */
export const keyHeadOf = ({ n_head, n_kv_head }: Dims, head: number): number => Math.floor(head / (n_head / n_kv_head));

/** `4 query heads in 2 groups: heads 0–1 share key head 0, ...` in a sentence; empty where each head has its own keys. */
export function groupWords(dims: Dims): string {
  if (!isGrouped(dims)) return '';
  const { n_head, n_kv_head } = dims;
  const each = n_head / n_kv_head;
  if (n_kv_head === 1) return `All ${n_head} query heads share one head of keys and values.`;
  return `${n_head} query heads share ${n_kv_head} heads of keys and values, ${each} each: heads 0–${each - 1} look with key head 0, and so on.`;
}

/** How the model tells positions apart, in whole sentences. */
export function positionWords(model: Shape): string {
  const { anatomy, dims } = model;
  const count = dims.n_layer;
  const attends = layersWhere(model, (_, mixer) => mixer === 'attention');
  const turned = layersWhere(model, ({ turn }) => turn !== null);
  const sloped = layersWhere(model, ({ alibi }) => alibi);
  const without = attends.filter(i => !turned.includes(i) && !sloped.includes(i));
  const sentences = [];
  if (turned.length > 0) {
    const turn = anatomy.layers[turned[0] ?? 0]?.turn;
    if (turn)
      sentences.push(
        turnWords(turn, dims.head_size, turned.length === attends.length ? '' : layersNamed(turned, count)),
      );
  }
  if (sloped.length > 0)
    sentences.push('Scores of attention fall with the distance, by a slope of each head (ALiBi, linear biases).');
  if (without.length > 0 && anatomy.positionTable === null) {
    const where = without.length === attends.length ? 'Attention' : `Attention in ${layersNamed(without, count)}`;
    sentences.push(`${where} is told no positions: only what came before tells one from another.`);
  }
  return sentences.join(' ');
}

function turnWords(turn: NonNullable<LayerAnatomy['turn']>, headSize: number, where: string): string {
  const columns = turn.columns === headSize ? `all ${headSize} columns` : `${turn.columns} of the ${headSize} columns`;
  const pairs = turn.interleaved ? 'neighbours in pairs' : 'each with the one half of them further on';
  const begin = where === '' ? 'Queries and keys are' : `In ${where} queries and keys are`;
  return `${begin} turned by their position (rotary positions): ${columns} of a head, ${pairs}, the slowest pair once round in ${formatCount(Math.round(turn.longest))} positions.`;
}

/** What is special about the scores of attention: norms of heads, caps, windows, a factor; each a sentence. */
export function scoreWords(model: Shape): string[] {
  const { anatomy, dims } = model;
  const count = dims.n_layer;
  const windowed = layersWhere(model, ({ window }) => window !== null);
  const capped = layersWhere(model, ({ softcap }) => softcap !== null);
  const normed = layersWhere(model, ({ headNorm }) => headNorm);
  const gated = layersWhere(model, ({ outputGate }) => outputGate);
  const first = (layers: readonly number[]) => anatomy.layers[layers[0] ?? -1];
  const sentences = [];
  if (normed.length > 0) sentences.push('Queries and keys go through a norm of their own first.');
  if (capped.length > 0) {
    const cap = first(capped)?.softcap ?? 0;
    sentences.push(`Scores are capped softly at ${cap}: a score s becomes ${cap} · tanh(s / ${cap}).`);
  }
  if (windowed.length > 0) {
    const window = formatCount(first(windowed)?.window ?? 0);
    sentences.push(
      `In ${layersNamed(windowed, count)} a position sees a window of ${window} positions, its own the last.`,
    );
  }
  if (gated.length > 0) sentences.push('A gate lets through what the heads bring, number by number.');
  return sentences;
}

/** What the norms of a layer do, and whether its parts stand side by side; whole sentences. */
export function layerWords({ anatomy }: Shape): string {
  const [layer] = anatomy.layers;
  if (layer === undefined) return '';
  const norm = NORM_NAMES[anatomy.norm];
  const sentences = [];
  if (layer.normBefore && layer.normAfter)
    sentences.push(`Each part reads the stream through one ${norm} and gives through another.`);
  else if (layer.normAfter)
    sentences.push(`Each part reads the stream itself; what it gives goes through ${article(norm)} ${norm}.`);
  else if (layer.normBefore) sentences.push(`Each part reads the stream through ${article(norm)} ${norm}.`);
  if (layer.parallel) sentences.push('Both stand side by side: the MLP reads the same stream as attention.');
  if (layer.partFactor !== 1) sentences.push(`What a part gives is multiplied by ${shortNumber(layer.partFactor)}.`);
  return sentences.join(' ');
}

const article = (word: string): string => (/^RMS/.test(word) ? 'an' : 'a');

/** At most four digits that mean something. */
export const shortNumber = (value: number): string => String(Number(value.toPrecision(4)));
