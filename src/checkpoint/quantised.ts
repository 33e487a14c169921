// Repositories whose weights are quantised in ways that are not read here: found by their configuration, and the model they were made from named.
import { NucleusError } from '../lib/error.ts';
import { isJsonObject, type JsonFields } from './json.ts';

/** Fields of config.json in which programs say how they quantised. */
const FIELDS = ['quantization_config', 'compression_config'];
/** Fields of config.json that may name the model that this one was made from. */
const BASE_FIELDS = ['base_model', 'base_model_name_or_path', '_name_or_path'];
/** `owner/name`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;

/** How the weights are quantised (`gptq`, `awq`, `bitsandbytes`, `fp8`, `mxfp4`, ...); null where they are not. */
function methodOf(config: JsonFields): string | null {
  const found = FIELDS.map(field => config[field]).find(isJsonObject);
  if (found === undefined || Object.keys(found).length === 0) return null;
  const { quant_method: method, load_in_4bit, load_in_8bit } = found;
  if (typeof method === 'string' && method !== '') return method.slice(0, 40);
  return load_in_4bit === true || load_in_8bit === true ? 'bitsandbytes' : 'in an unknown way';
}

/** The model that the beginning of a card (README.md) names as the one it was made from; null where it names none. */
export function baseOfCard(card: string): string | null {
  const front = /^---\r?\n(.*?)\r?\n---/s.exec(card)?.[1];
  const line = front === undefined ? null : /^base_model:[ \t]*(.*(?:\r?\n[ \t]*-[ \t].*)?)/m.exec(front);
  const [first = ''] = (line?.[1] ?? '')
    .split(/[\r\n,]+/)
    .flatMap(part => part.replace(/^[\s[-]+|[\s\]]+$/g, '') || []);
  const name = first.replace(/^(['"])(.*)\1$/, '$2');
  return NAME.test(name) ? name : null;
}

function baseOfConfig(config: JsonFields): string | null {
  const named = BASE_FIELDS.map(field => config[field]);
  return named.find((name): name is string => typeof name === 'string' && NAME.test(name)) ?? null;
}

/**
 * Refuses what is quantised. `card` is asked for only then.
 * @throws NucleusError quantised, with `method` and, where it is known, `base`.
 */
export async function refuseQuantised(config: unknown, card: () => Promise<string>): Promise<void> {
  if (!isJsonObject(config)) return;
  const method = methodOf(config) ?? (isJsonObject(config.text_config) ? methodOf(config.text_config) : null);
  if (method === null) return;
  const base = baseOfCard(await card().catch(() => '')) ?? baseOfConfig(config);
  const message = `this repository is quantised (${method})${base === null ? '' : `; try ${base}`}`;
  throw new NucleusError('quantised', message, base === null ? { method } : { method, base });
}
