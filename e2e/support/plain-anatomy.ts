// What GPT-2 is made of, in the words of the protocol: what the scripted engine says of its models.
import type { Anatomy, LayerAnatomy } from '../../src/model/ir/anatomy.ts';

export function plainAnatomy(n_layer: number): Anatomy {
  const layer: LayerAnatomy = {
    turn: null,
    alibi: false,
    window: null,
    softcap: null,
    scale: 1 / Math.sqrt(8),
    headNorm: false,
    outputGate: false,
    normBefore: true,
    normAfter: false,
    partFactor: 1,
    parallel: false,
    activation: 'gelu_new',
    gated: false,
    inner: 32,
  };
  return {
    idTable: 'wte',
    positionTable: 'wpe',
    firstPosition: 0,
    embeddingFactor: 1,
    embeddingNorm: false,
    norm: 'layernorm',
    layers: Array.from({ length: n_layer }, () => layer),
    additive: true,
    logits: { bias: false, scale: 1, softcap: null },
  };
}
