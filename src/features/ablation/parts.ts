// Parts of a model that can be switched off, as sets: toggled, compared, listed. Pure.
import type { Mixer } from '../../model/ir/mixers.ts';
import type { LoadedModel } from '../../protocol/events.ts';
import type { Part } from '../../protocol/probe-commands.ts';

/** How many layers and heads there are, and what each layer looks back with: heads stand in layers with attention alone. */
export interface PartDims {
  readonly n_layer: number;
  readonly n_head: number;
  readonly mixers: readonly Mixer[];
}

export const partDims = ({ dims, mixers }: Pick<LoadedModel, 'dims' | 'mixers'>): PartDims => ({
  n_layer: dims.n_layer,
  n_head: dims.n_head,
  mixers,
});

export function partKey(part: Part): string {
  return part.kind === 'head' ? `${part.layer}.head.${part.head}` : `${part.layer}.${part.kind}`;
}

/** The same for equal sets, in whatever order their parts were switched off; empty for none. */
export function keyOfParts(parts: readonly Part[]): string {
  return parts.map(partKey).sort().join(' ');
}

export function hasPart(parts: readonly Part[], part: Part): boolean {
  const key = partKey(part);
  return parts.some(each => partKey(each) === key);
}

/** Without `part` where it was there, else with it at the end. */
export function togglePart(parts: readonly Part[], part: Part): readonly Part[] {
  const key = partKey(part);
  const rest = parts.filter(each => partKey(each) !== key);
  return rest.length < parts.length ? rest : [...parts, part];
}

/** What a whole layer is: its attention and its MLP. */
function layerParts(layer: number): readonly Part[] {
  return [
    { kind: 'attention', layer },
    { kind: 'mlp', layer },
  ];
}

export function hasLayer(parts: readonly Part[], layer: number): boolean {
  return layerParts(layer).every(part => hasPart(parts, part));
}

/** Attention and MLP of a layer both taken out where both were there, else both put in. */
export function toggleLayer(parts: readonly Part[], layer: number): readonly Part[] {
  const whole = layerParts(layer);
  const rest = parts.filter(part => !hasPart(whole, part));
  return hasLayer(parts, layer) ? rest : [...rest, ...whole];
}

/** Every head, layer by layer; with `blocks` the attention and the MLP of each layer after its heads. */
export function listParts({ n_layer, n_head, mixers }: PartDims, blocks: boolean): readonly Part[] {
  return Array.from({ length: n_layer }, (_, layer): Part[] => [
    ...Array.from(
      { length: mixers[layer] === 'attention' ? n_head : 0 },
      (__, head): Part => ({ kind: 'head', layer, head }),
    ),
    ...(blocks ? layerParts(layer) : []),
  ]).flat();
}
