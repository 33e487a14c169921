// From any config.json to a graph: the one place that knows which architectures there are.

import type { Graph } from '../ir/graph.ts';
import { gpt2 } from './gpt2.ts';
import { type Gpt2Config, parseConfig } from './gpt2-config.ts';

/** One union member per architecture, told apart by `model_type`. */
type ModelConfig = Gpt2Config;

export interface BuiltModel {
  readonly config: ModelConfig;
  readonly graph: Graph;
}

/** The checked configuration and the plain graph of a model. Throws as `parseConfig` does. */
export function buildGraph(configJson: unknown): BuiltModel {
  const config = parseConfig(configJson);
  switch (config.model_type) {
    case 'gpt2':
      return { config, graph: gpt2(config) };
    default:
      return config.model_type satisfies never;
  }
}
