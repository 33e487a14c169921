// Files that a person opens. One model is loaded; of several there is a list, from which each is opened by itself. Comes with what asks for it.
import { answer } from '../../client/requests.ts';
import { openedPath } from '../../lib/opened-path.ts';
import type { Stores } from '../stores.ts';
import type { ModelStore, SeveralModels } from './types.ts';

type Opening = Pick<Stores, 'model' | 'work'>;

/** What was opened last. */
const last = new WeakMap<ModelStore, readonly File[]>();

/** Lists the models among files in `several`. False where they are one: then nothing is done. True, too, where others were opened meanwhile. */
export async function offerFiles(stores: Opening, files: readonly File[]): Promise<boolean> {
  const { model } = stores;
  last.set(model, files);
  // Where listing fails, the load says why.
  const several = mayBeSeveral(files) ? await severalAmong(stores, files).catch(() => null) : null;
  if (last.get(model) !== files) return true;
  if (several !== null) model.setState({ several });
  return several !== null;
}

/** Loads the model that the files are, or lists those that they are. `keep`: stored in the browser. */
export async function openFiles(stores: Opening, files: readonly File[], keep: boolean): Promise<void> {
  const { model } = stores;
  const { asks } = model.getState();
  if (await offerFiles(stores, files)) return;
  // What was asked for while they were listed stands.
  if (model.getState().asks !== asks) return;
  forgetSeveral(stores);
  await model.getState().loadModel({ kind: 'local', name: localName(files) }, { files, keep });
}

export function forgetSeveral({ model }: Pick<Stores, 'model'>): void {
  model.setState({ several: null });
}

/** Of other formats a folder holds one model. */
const mayBeSeveral = (files: readonly File[]): boolean => files.filter(({ name }) => name.endsWith('.gguf')).length > 1;

async function severalAmong({ work }: Opening, files: readonly File[]): Promise<SeveralModels | null> {
  const { choices } = await answer(work.client, { type: 'list_opened', files }, 'listed');
  if (choices.length === 0) return null;
  const models = choices.map(({ opened, ...choice }) => ({
    ...choice,
    source: { kind: 'local', name: choiceName(choice.file) } as const,
    files: opened.flatMap(place => files[place] ?? []),
  }));
  return { folder: folderOf(files), models };
}

/** The folder that files were opened from; '' where they were opened by themselves. */
function folderOf(files: readonly File[]): string {
  return files.map(openedPath).find(path => path.length > 1)?.[0] ?? '';
}

/** As a key may have it. */
const sound = (name: string): string => name.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 96);

/** A name for opened files: the folder they came from, else that of the weights file. */
export function localName(files: readonly File[]): string {
  const weights = files.find(({ name }) => /\.(safetensors|bin|gguf)$/.test(name))?.name.replace(/\.[a-z]+$/, '');
  return sound(folderOf(files) || (weights ?? '')) || 'files';
}

/** A name for one of several models among opened files, by its file: what it has when it is opened alone, behind the folders that it lies in. */
export function choiceName(file: string): string {
  return sound(file.replace(/\.gguf$/, ''));
}
