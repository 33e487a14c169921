// What happens at each station, in a sentence or two with the numbers of the pass.
import { formatLogit, formatProbability } from '../../lib/format.ts';
import type { Tokenizer } from '../../tokenizer/tokenizer.ts';
import { MIXER_NAMES, NORM_NAMES, type Shape } from '../shared/modelWords.ts';
import { faceLine, faceOf } from '../shared/tokenFace.ts';
import { type FlowFacts, lensAt, type PartFacts, type Station } from './facts.ts';
import type { LensTop } from './types.ts';

export interface Told {
  readonly facts: FlowFacts;
  readonly model: Shape;
  readonly tokenizer: Tokenizer;
  readonly ids: Uint32Array;
  readonly lens: readonly LensTop[];
}

/** With signs in the place of spaces and line ends. */
export function tokenFace(tokenizer: Tokenizer, id: number): string {
  return faceLine(faceOf(tokenizer, id));
}

function tokenName(tokenizer: Tokenizer, id: number | undefined): string {
  if (id === undefined) return 'a token';
  return `“${tokenFace(tokenizer, id)}”`;
}

export function stationName(station: Station, { mixers, anatomy }: Pick<Shape, 'mixers' | 'anatomy'>): string {
  switch (station.kind) {
    case 'embedding':
      return 'Embedding';
    case 'mix':
      return `Layer ${station.layer}, ${MIXER_NAMES[mixers[station.layer] ?? 'attention']}`;
    case 'mlp':
      return `Layer ${station.layer}, MLP`;
    case 'norm':
      return `Last ${NORM_NAMES[anatomy.norm]}`;
    case 'head':
      return 'Head';
    default:
      return station satisfies never;
  }
}

function added({ norm, toward }: PartFacts): string {
  if (norm === 0) return 'It adds nothing here.';
  const way = toward > 0.1 ? 'towards' : toward < -0.1 ? 'away from' : 'across';
  return `It adds a vector of length ${formatLogit(norm)}, ${way} where the stream ends (cosine ${toward.toFixed(2)}).`;
}

function looking(layer: number, { facts, tokenizer, ids, model }: Told): string {
  const { mixer, strongest } = facts.layers[layer] ?? {};
  if (mixer === 'short_conv') return 'Each channel is mixed with its last few values.';
  if (mixer === 'delta_rule') return 'It reads a running matrix that every token before has rewritten a little.';
  if (!strongest) return '';
  const { head, at, weight } = strongest.look;
  const most =
    model.dims.n_head > 1
      ? `Of ${model.dims.n_head} heads, head ${head} looks hardest at one token:`
      : 'Its head looks most at';
  return `${most} ${tokenName(tokenizer, ids[at])} at position ${at}, ${formatProbability(weight)} of its attention.`;
}

/** Sentences about a station. */
export function stationWords(station: Station, told: Told): string {
  const { facts, tokenizer, ids, lens } = told;
  const { length: L } = facts.layers;
  const top = lensAt(station, L, lens);
  const says = top && `${tokenName(tokenizer, top.id)} (${formatProbability(Math.exp(top.logprob))})`;
  const stopped = says === null ? '' : ` A model that stopped here would say ${says}.`;
  switch (station.kind) {
    case 'embedding':
      return `${tokenName(tokenizer, ids.at(-1))} becomes a vector of length ${formatLogit(facts.embedded.norm)}: the stream that every part reads and adds to.${stopped}`;
    case 'mix': {
      const layer = facts.layers[station.layer];
      return layer ? `${looking(station.layer, told)} ${added(layer.mix)}`.trim() : '';
    }
    case 'mlp': {
      const layer = facts.layers[station.layer];
      if (!layer) return '';
      return `${layer.parallel ? 'Beside it, on the same stream, it' : 'It'} works on this position alone. ${added(layer.mlp)}${stopped}`;
    }
    case 'norm':
      return `The stream, ${formatLogit(facts.layers.at(-1)?.norm ?? facts.embedded.norm)} long, is brought to one size: ${formatLogit(facts.final)}.`;
    case 'head':
      return `What is left is compared with every token of the vocabulary.${says === null ? '' : ` Likeliest next: ${says}.`}`;
    default:
      return station satisfies never;
  }
}
