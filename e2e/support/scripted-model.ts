// Test support: the model of the scripted engine, for a server: the same tokens and logits as the page has without one.
import tokenizerJson from '../../public/models/nucleus-3m/tokenizer.json' with { type: 'json' };
import tokenizerConfig from '../../public/models/nucleus-3m/tokenizer_config.json' with { type: 'json' };
import { rankRow } from '../../src/sampling/row.ts';
import { createTokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { ServedModel } from './model-server.ts';
import { BOS, logitsAfter, V } from './scripted-engine.ts';

export function scriptedModel(): ServedModel {
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig, V);
  return {
    name: 'tiny/stories',
    vocabulary: V,
    context: 64,
    encode: text => [...tokenizer.encode(text)],
    bytes: id => (id === BOS ? new Uint8Array() : tokenizer.bytes(id)),
    bos: null,
    eos: BOS,
    logprobs: ids => {
      const { logits, logZ } = rankRow(logitsAfter(Uint32Array.from(ids)));
      return new Map(Array.from(logits, (logit, id) => [id, logit - logZ]));
    },
  };
}
