// From any config.json to a graph: the one place that knows which architectures there are.

import { NucleusError } from '../../lib/error.ts';
import type { Graph } from '../ir/graph.ts';
import { configObject, shown, type TextIds } from './config-fields.ts';
import { gpt2 } from './gpt2.ts';
import { parseConfig } from './gpt2-config.ts';

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
]);

/**
 * The checked configuration and the plain graph of a model. Throws `unsupported_model` for an architecture that is not here, and as
 * `readConfig` does.
 */
export function buildGraph(configJson: unknown): BuiltModel {
  const { model_type, architectures } = configObject(configJson);
  const [named]: unknown[] = Array.isArray(architectures) ? architectures : [];
  const byClass = ({ classes }: Architecture) => typeof named === 'string' && classes.test(named);
  const found =
    ARCHITECTURES.get(model_type) ?? (model_type === undefined ? [...ARCHITECTURES.values()].find(byClass) : undefined);
  if (found) return found.build(configJson);
  const supported = [...ARCHITECTURES.keys()].join(', ');
  throw new NucleusError('unsupported_model', `model_type is ${shown(model_type)}; supported: ${supported}`, {
    field: 'model_type',
    found: typeof model_type === 'string' ? model_type : 'none',
    supported,
  });
}
