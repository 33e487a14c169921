// The model that ships with the page, and the name of opened files.
import type { ModelSource } from '../../lib/model-source.ts';

export const DEFAULT_SOURCE: ModelSource = { kind: 'shipped', id: 'nucleus-3m' };

/** A name for opened files: the folder they came from, else that of the weights file. */
export function localName(files: readonly File[]): string {
  const folder = files.map(file => file.webkitRelativePath?.split('/')[0] ?? '').find(name => name !== '');
  const weights = files.find(({ name }) => /\.(safetensors|bin|gguf)$/.test(name))?.name.replace(/\.[a-z]+$/, '');
  const name = (folder ?? weights ?? 'files').replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 96);
  return name === '' ? 'files' : name;
}
