// The chat templates of a model: what its files say, in one form. Each is a Jinja program that turns a conversation into the text the model was trained on.
import { isJsonObject, type JsonObject } from './spec.ts';

export interface ChatTemplate {
  /** `default`, or the name that the model's author gave: `tool_use`, `rag`. */
  readonly name: string;
  readonly source: string;
}

const DEFAULT_TEMPLATE = 'default';
/** The file that goes before `chat_template` of tokenizer_config.json. */
export const TEMPLATE_FILE = 'chat_template.jinja';
/** Each file in it is a template of its name. */
const NAMED_FILE = /^additional_chat_templates\/([A-Za-z0-9_.-]{1,64})\.jinja$/;

/** What tokenizer_config.json has under `chat_template`: text, or a list of `{ name, template }`. What is neither is left out. */
export function chatTemplatesOf(config: unknown): readonly ChatTemplate[] {
  const written: unknown = isJsonObject(config) ? config.chat_template : undefined;
  if (typeof written === 'string') return written === '' ? [] : [{ name: DEFAULT_TEMPLATE, source: written }];
  if (!Array.isArray(written)) return [];
  const found = new Map<string, string>();
  for (const each of written) {
    if (!isJsonObject(each) || typeof each.name !== 'string' || typeof each.template !== 'string') continue;
    if (!found.has(each.name)) found.set(each.name, each.template);
  }
  const sorted = [...found].sort(([a], [b]) => Number(b === DEFAULT_TEMPLATE) - Number(a === DEFAULT_TEMPLATE));
  return sorted.map(([name, source]) => ({ name, source }));
}

/** `config` with the templates of files in the place of those that it names alike, as transformers reads a folder. */
export function withTemplateFiles(config: JsonObject, files: ReadonlyMap<string, Uint8Array>): JsonObject {
  const found = new Map(chatTemplatesOf(config).map(({ name, source }) => [name, source]));
  const before = found.size;
  let fromFiles = 0;
  for (const [file, bytes] of files) {
    const name = file === TEMPLATE_FILE ? DEFAULT_TEMPLATE : NAMED_FILE.exec(file)?.[1];
    if (name === undefined) continue;
    found.set(name, new TextDecoder().decode(bytes));
    fromFiles += 1;
  }
  if (before === 0 && fromFiles === 0) return config;
  return { ...config, chat_template: Array.from(found, ([name, template]) => ({ name, template })) };
}
