// From any config.json to a graph: the one place that knows which architectures there are.

import { NucleusError } from '../../lib/error.ts';
import type { Graph } from '../ir/graph.ts';
import { bloom } from './bloom.ts';
import { parseBloom } from './bloom-config.ts';
import { configObject, shown, type TextIds } from './config-fields.ts';
import { familyNames } from './family-names.ts';
import { gemma } from './gemma.ts';
import { parseGemma2, parseGemma3 } from './gemma-config.ts';
import { gptNeo } from './gpt-neo.ts';
import { parseGptNeo } from './gpt-neo-config.ts';
import { gptNeox } from './gpt-neox.ts';
import { parseGptNeox } from './gpt-neox-config.ts';
import { gpt2 } from './gpt2.ts';
import { parseConfig } from './gpt2-config.ts';
import { gptj } from './gptj.ts';
import { parseGptj } from './gptj-config.ts';
import { parseGranite } from './granite-config.ts';
import { lfm2 } from './lfm2.ts';
import { parseLfm2 } from './lfm2-config.ts';
import { llama } from './llama.ts';
import { parseLlama } from './llama-config.ts';
import { parseMistral } from './mistral-config.ts';
import { nanochat } from './nanochat.ts';
import { parseNanochat } from './nanochat-config.ts';
import { olmo2 } from './olmo2.ts';
import { parseOlmo2 } from './olmo2-config.ts';
import { opt } from './opt.ts';
import { parseOpt } from './opt-config.ts';
import { parsePhi3 } from './phi3-config.ts';
import { parseQwen2 } from './qwen2-config.ts';
import { qwen35 } from './qwen3-5.ts';
import { parseQwen35 } from './qwen3-5-config.ts';
import { parseQwen3 } from './qwen3-config.ts';
import { parseSmolLm3 } from './smollm3-config.ts';
import { starcoder2 } from './starcoder2.ts';
import { parseStarcoder2 } from './starcoder2-config.ts';

export interface BuiltModel {
  /** What the configuration says of the text. */
  readonly config: TextIds;
  readonly graph: Graph;
}

interface Architecture {
  /** The names that older files, which have no `model_type`, have in `architectures`. */
  readonly classes: RegExp;
  readonly build: (configJson: unknown) => BuiltModel;
}

/** An architecture: how its configuration is read, and the graph of a configuration. */
function architecture<C extends TextIds>(
  classes: RegExp,
  read: (configJson: unknown) => C,
  graph: (config: C) => Graph,
): Architecture {
  return {
    classes,
    build: json => {
      const config = read(json);
      return { config, graph: graph(config) };
    },
  };
}

/** By `model_type`. */
const ARCHITECTURES: ReadonlyMap<unknown, Architecture> = new Map([
  ['gpt2', architecture(/^GPT2(?:[A-Z]|$)/, parseConfig, gpt2)],
  ['llama', architecture(/^L[Ll]a[Mm][Aa](?:[A-Z]|$)/, parseLlama, llama)],
  ['mistral', architecture(/^Mistral(?:[A-Z]|$)/, parseMistral, llama)],
  ['qwen2', architecture(/^Qwen2(?:[A-Z]|$)/, parseQwen2, llama)],
  ['qwen3', architecture(/^Qwen3(?:[A-Z]|$)/, parseQwen3, llama)],
  ['phi3', architecture(/^Phi3(?:[A-Z]|$)/, parsePhi3, llama)],
  ['smollm3', architecture(/^SmolLM3(?:[A-Z]|$)/, parseSmolLm3, llama)],
  ['granite', architecture(/^Granite(?:[A-Z]|$)/, parseGranite, llama)],
  ['olmo2', architecture(/^Olmo2(?:[A-Z]|$)/, parseOlmo2, olmo2)],
  ['gemma2', architecture(/^Gemma2(?:[A-Z]|$)/, parseGemma2, gemma)],
  ['gemma3', architecture(/^Gemma3For[A-Z]/, parseGemma3, gemma)],
  ['gemma3_text', architecture(/^Gemma3(?:Text)?(?:[A-Z]|$)/, parseGemma3, gemma)],
  ['nanochat', architecture(/^NanoChat(?:[A-Z]|$)/, parseNanochat, nanochat)],
  ['starcoder2', architecture(/^Starcoder2(?:[A-Z]|$)/, parseStarcoder2, starcoder2)],
  ['lfm2', architecture(/^Lfm2(?:[A-Z]|$)/, parseLfm2, lfm2)],
  ['qwen3_5', architecture(/^Qwen3_5For[A-Z]/, parseQwen35, qwen35)],
  ['qwen3_5_text', architecture(/^Qwen3_5(?:Text)?(?:[A-Z]|$)/, parseQwen35, qwen35)],
  ['gpt_neox', architecture(/^GPTNeoX(?:[A-Z]|$)/, parseGptNeox, gptNeox)],
  ['gpt_neo', architecture(/^GPTNeo(?:[A-WYZ]|$)/, parseGptNeo, gptNeo)],
  ['gptj', architecture(/^GPTJ(?:[A-Z]|$)/, parseGptj, gptj)],
  ['opt', architecture(/^OPT(?:[A-Z]|$)/, parseOpt, opt)],
  ['bloom', architecture(/^Bloom(?:[A-Z]|$)/, parseBloom, bloom)],
]);

/** Fields that only mixtures of experts have, or have above 1. */
const EXPERTS = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'];

/** Throws `unsupported_model` for a mixture of experts, whatever its type: its layers have several MLPs, of which each token takes some. */
function refuseExperts(configJson: unknown): void {
  const whole = configObject(configJson);
  const text = typeof whole.text_config === 'object' && whole.text_config !== null ? whole.text_config : {};
  const config = new Map<string, unknown>([...Object.entries(whole), ...Object.entries(text)]);
  const field = EXPERTS.find(name => Number(config.get(name)) > 1);
  if (field === undefined) return;
  const found = `${String(whole.model_type)}, a mixture of experts`;
  const message = `config.json: ${field}: a mixture of ${config.get(field)} experts; only dense models are supported`;
  throw new NucleusError('unsupported_model', message, { field, found });
}

/**
 * The checked configuration and the plain graph of a model. Throws `unsupported_model` for an architecture that is not here, and as
 * `readConfig` does.
 */
export function buildGraph(configJson: unknown): BuiltModel {
  const { model_type, architectures } = configObject(configJson);
  const [named]: unknown[] = Array.isArray(architectures) ? architectures : [];
  const byClass = ({ classes }: Architecture) => typeof named === 'string' && classes.test(named);
  refuseExperts(configJson);
  const found =
    ARCHITECTURES.get(model_type) ?? (model_type === undefined ? [...ARCHITECTURES.values()].find(byClass) : undefined);
  if (found) return found.build(configJson);
  const supported = [...ARCHITECTURES.keys()].join(', ');
  throw new NucleusError('unsupported_model', `model_type is ${shown(model_type)}; supported: ${supported}`, {
    field: 'model_type',
    found: typeof model_type === 'string' ? model_type : 'none',
    supported,
    families: familyNames(ARCHITECTURES.keys()),
  });
}
