// The models the page offers by name, and how a typed name is read.
import { NucleusError } from '../lib/error.ts';
import type { ModelSource } from './sources.ts';

export interface CatalogueEntry {
  readonly source: ModelSource;
  readonly name: string;
  /** One line for people. */
  readonly description: string;
  /** Approximate bytes of the download. */
  readonly bytes: number;
}

function hubEntry(repo: string, description: string, bytes: number): CatalogueEntry {
  return {
    source: { kind: 'hub', repo, revision: 'main' },
    name: repo.slice(repo.indexOf('/') + 1),
    description,
    bytes,
  };
}

/** The first entry is the default: it ships with the page. */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    source: { kind: 'shipped', id: 'nucleus-3m' },
    name: 'nucleus-3m',
    description: '3 M parameters, comes with the page: small stories, facts, conversations and command lines.',
    bytes: 6_380_000,
  },
  hubEntry(
    'openai-community/gpt2',
    'GPT-2 small, 124 M parameters: the model most explanations are about.',
    550_000_000,
  ),
  hubEntry(
    'distilbert/distilgpt2',
    'DistilGPT-2, 82 M parameters: half the layers of GPT-2 small, nearly its prose.',
    355_000_000,
  ),
  hubEntry('openai-community/gpt2-medium', 'GPT-2 medium, 355 M parameters: noticeably more coherent.', 1_522_000_000),
  hubEntry('openai-community/gpt2-large', 'GPT-2 large, 774 M parameters: needs a GPU with about 4 GB.', 3_249_000_000),
];

/** A part of a repository name, as the Hub allows it. */
const NAME_PART = /^(?!.*(?:--|\.\.))[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?$/;
/** A branch, a tag, a commit, or `refs/pr/1`. */
const REVISION = /^(?!.*(?:\.\.|\/\/))[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9_-])?$/;

/**
 * Reads `owner/name` or `owner/name@revision`; also the address of a model's page on the Hub. Without a revision it is `main`.
 * @throws NucleusError bad_model_name.
 */
export function parseModelName(text: string): Extract<ModelSource, { kind: 'hub' }> {
  const name = text
    .trim()
    .replace(/^https?:\/\/(?:www\.)?huggingface\.co\//, '')
    .replace(/\/(?:tree|blob|resolve)\/([^/?#]+)[^@]*$/, '@$1')
    .replace(/\/$/, '');
  const at = name.indexOf('@');
  const repo = at < 0 ? name : name.slice(0, at);
  const revision = at < 0 ? 'main' : name.slice(at + 1);
  const parts = repo.split('/');
  if (parts.length !== 2 || !parts.every(part => NAME_PART.test(part))) {
    throw new NucleusError('bad_model_name', `"${text}" is not a model name of the form owner/name`, { name: text });
  }
  if (!REVISION.test(revision)) {
    throw new NucleusError('bad_model_name', `"${revision}" is not a branch, tag or commit`, { name: text });
  }
  return { kind: 'hub', repo, revision };
}
