// What a person types or pastes for a model of the Hub: its name, a name with a revision, or any address of its pages.
import { NucleusError } from '../../lib/error.ts';
import type { ModelSource } from '../../lib/model-source.ts';

const PART = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
const REVISION = /^[A-Za-z0-9][A-Za-z0-9._+/-]{0,127}$/;
const ADDRESS = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i;

/** Words of the Hub's addresses after which a revision stands, and behind it the path of a file or only of a folder. */
const FILE_WORDS = ['blob', 'resolve', 'raw', 'blame', 'edit'];
const FOLDER_WORDS = ['tree', 'commit', 'commits'];
/** Pages of a model that say nothing of a revision. */
const OTHER_WORDS = ['discussions'];
const WORDS = [...FILE_WORDS, ...FOLDER_WORDS, ...OTHER_WORDS];
/** What stands where an owner would in addresses of things that are no models. */
const NO_OWNERS = ['datasets', 'spaces', 'docs', 'blog', 'collections', 'papers', 'api', 'settings', 'organizations'];

/** Models from before there were owners, under the names that the Hub leads them to. */
const LEGACY: ReadonlyMap<string, string> = new Map([
  ['gpt2', 'openai-community/gpt2'],
  ['gpt2-medium', 'openai-community/gpt2-medium'],
  ['gpt2-large', 'openai-community/gpt2-large'],
  ['gpt2-xl', 'openai-community/gpt2-xl'],
  ['distilgpt2', 'distilbert/distilgpt2'],
]);

/**
 * `owner/name` or `name`, with `@revision` (a branch, tag or commit; `main` without one), with `:file.gguf` for one of several models, or an
 * address of the model's pages or of such a file on the Hub.
 * @throws NucleusError bad_model_name
 */
export function parseModelName(typed: string): ModelSource {
  const named = read(typed.trim());
  if (named !== null) return { kind: 'hub', ...named, repo: LEGACY.get(named.repo) ?? named.repo };
  throw new NucleusError('bad_model_name', 'not of the form owner/name or owner/name@revision', {
    name: typed.trim().slice(0, 100),
  });
}

interface Named {
  readonly repo: string;
  readonly revision: string;
  readonly file?: string;
}

/** The path of a file that holds a model by itself. */
const MODEL_FILE = /^(?!.*(?:\.\.|\/\/))[A-Za-z0-9_][\w .+,()@/=-]{0,250}\.gguf$/;

function read(typed: string): Named | null {
  const [, before = typed, file] = ADDRESS.test(typed) ? [] : (/^([^:]+):([^:]+)$/.exec(typed) ?? []);
  const named = readPlace(before);
  if (named === null || file === undefined) return named;
  return MODEL_FILE.test(file) ? { ...named, file } : null;
}

function readPlace(typed: string): Named | null {
  const path = typed
    .replace(ADDRESS, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '');
  const isAddress = ADDRESS.test(typed);
  const at = path.indexOf('@');
  if (at >= 0) return sound(path.slice(0, at).split('/'), decoded(path.slice(at + 1)));
  const parts = path.split('/');
  if (isAddress && NO_OWNERS.includes(parts[0] ?? '')) return null;
  // The second part of two is a name, whatever it is; of more it may be a word already, behind a name without an owner.
  const word = parts.findIndex((part, i) => i >= 1 && i <= 2 && parts.length > 2 && WORDS.includes(part));
  if (word < 0) return sound(parts, 'main');
  const [kind = '', rest] = [parts[word], parts.slice(word + 1)];
  const revision = revisionOf(kind, rest);
  const named = sound(parts.slice(0, word), revision);
  const file = FILE_WORDS.includes(kind) ? fileBehind(rest, revision ?? '') : null;
  return named !== null && file !== null && MODEL_FILE.test(file) ? { ...named, file } : named;
}

/** The path behind the revision, which may have slashes. */
function fileBehind(rest: readonly string[], revision: string): string | null {
  const parts = /%2f/i.test(rest[0] ?? '') ? 1 : revision.split('/').length;
  return decoded(rest.slice(parts).join('/'));
}

/**
 * The revision in what stands behind a word. The Hub writes the slashes of a revision as `%2F`; people and programs write them plainly, and then all
 * belongs to the revision but the name of a file.
 */
function revisionOf(word: string, rest: readonly string[]): string | null {
  const [first] = rest;
  if (first === undefined || OTHER_WORDS.includes(word)) return 'main';
  if (/%2f/i.test(first) || first === 'main' || /^[0-9a-f]{40}$/.test(first)) return decoded(first);
  const [, kind, name] = rest;
  if (first === 'refs' && kind !== undefined && name !== undefined) return decoded(`refs/${kind}/${name}`);
  const isFile = FILE_WORDS.includes(word) && rest.length > 1;
  return decoded((isFile ? rest.slice(0, -1) : rest).join('/'));
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function sound(parts: readonly string[], revision: string | null): Named | null {
  const [last = ''] = parts.slice(-1);
  const repo = [...parts.slice(0, -1), last.replace(/\.git$/, '')];
  if (repo.length > 2 || !repo.every(part => PART.test(part) && !part.includes('..'))) return null;
  if (revision === null || !REVISION.test(revision) || /\.\.|\/\/|\/$/.test(revision)) return null;
  return { repo: repo.join('/'), revision };
}
