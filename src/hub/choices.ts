// Several models in one place, a repository or files that a person opened: what there is to choose from.
import { isModelItself, modelsIn, partsOf } from '../checkpoint/formats.ts';
import type { ModelChoice, OpenedChoice } from '../lib/model-source.ts';
import { openedPath } from '../lib/opened-path.ts';

/** The models among files of these sizes, in the order of their names; none where there is but one. Sizes that nobody knows are negative. */
export function choicesAmong(sizes: ReadonlyMap<string, number>): readonly ModelChoice[] {
  return modelsIn(new Set(sizes.keys())).map(({ name, files: parts }) => {
    const bytes = parts.reduce((sum, part) => sum + Math.max(0, sizes.get(part) ?? 0), 0);
    return { file: name, parts: parts.length, bytes };
  });
}

/** The same of opened files, whose names are without the folder that was opened. None where they are one model, in whatever format. */
export function choicesAmongOpened(opened: readonly File[]): readonly OpenedChoice[] {
  const places = new Map<string, number>();
  for (const [place, file] of opened.entries()) {
    const path = openedPath(file);
    const last = path.at(-1) ?? file.name;
    const name = isModelItself(last) && path.length > 1 ? path.slice(1).join('/') : last;
    if (!places.has(name)) places.set(name, place);
  }
  const sizes = new Map([...places].map(([name, place]) => [name, opened[place]?.size ?? 0]));
  return choicesAmong(sizes).map(choice => ({
    ...choice,
    opened: partsOf(choice.file).flatMap(part => places.get(part) ?? []),
  }));
}
