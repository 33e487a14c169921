// Models of several files, and several models in one folder: which GGUF files belong together, by their names.

/** A model among the files of a folder. */
export interface GgufModel {
  /** What it is called by: its only file, or the first of several. */
  readonly name: string;
  /** In order; those that are not there too. */
  readonly files: readonly string[];
}

const PART = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/;
/** Parts beyond this number are no parts. */
const MOST_PARTS = 1000;
/** Files beside models that are none: what sees images, what steers, what measured. */
const NO_MODEL = /(?:^|[/._-])(?:mmproj|imatrix|control[-_]?vector)(?=[._-]|$)/i;

export const isGguf = (file: string): boolean => file.endsWith('.gguf');

/** The model that a file is, or is a part of. */
export function modelOfFile(file: string): GgufModel {
  const [, stem, , parts] = PART.exec(file) ?? [];
  const count = Number(parts);
  if (stem === undefined || !(count >= 1 && count <= MOST_PARTS)) return { name: file, files: [file] };
  const files = Array.from({ length: count }, (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${parts}.gguf`);
  return { name: files[0] ?? file, files };
}

/** The models among files, in the order of their names; files that say by their names that they are none are passed over while there are others. */
export function modelsAmong(names: Iterable<string>): readonly GgufModel[] {
  const all = [...names].filter(isGguf).sort();
  const likely = all.filter(name => !NO_MODEL.test(name));
  const models = new Map((likely.length > 0 ? likely : all).map(name => [modelOfFile(name).name, modelOfFile(name)]));
  return [...models.values()];
}
