// Sharing in words: why something was not taken, and how what came in differs from what is here.
import { formatBytes, formatCount } from '../../lib/format.ts';
import { type ModelIdentity, sourceName } from '../../lib/model-source.ts';
import { nameInFormat } from '../shared/drawnBy.ts';
import type { Problem } from './reading.ts';
import type { SharedDifferences, WayToModel } from './sharedRun.ts';

export function problemWords(problem: Problem, name: string): string {
  switch (problem.kind) {
    case 'too_large':
      return `More than this page reads of ${name}: at most ${formatBytes(problem.limit)}.`;
    case 'not_json':
      return `In ${name} is no JSON. Choose a file that was exported here as JSON.`;
    case 'not_ours':
      return `In ${name} is JSON, but no run of Nucleus. Choose a file that was exported here as JSON.`;
    case 'newer':
      return `A newer version of Nucleus has written ${name} (format ${formatCount(problem.version)}). Reload this page to get the newer version, then try again.`;
    case 'unreadable':
      return `Something is missing from ${name}, or it was changed on its way. Ask for it again, as a file if a program cuts long links.`;
    case 'unsound':
      return `What ${name} holds does not fit together: ${problem.where} ${problem.what}. Nothing was taken from it.`;
    default:
      return problem satisfies never;
  }
}

/** What a person should know before running it again; empty when nothing differs. */
export function differenceWords(differences: SharedDifferences, here: string): string[] {
  const { model, commit, format, vocabulary, adapter } = differences;
  return [
    ...(model === null ? [] : [`It was made with the model ${model}; here is ${here}.`]),
    ...(commit ? [`It was made with other files of ${here} (another revision): numbers may differ.`] : []),
    ...(format === null
      ? []
      : [
          `It was made with the weights ${format === 'stored' ? 'as stored' : `in ${format}`}: numbers here differ a little.`,
        ]),
    ...(vocabulary
      ? ['The vocabularies differ, so its token ids mean nothing here: they would be made anew from the text.']
      : []),
    ...(adapter
      ? ['It was made on another kind of graphics adapter: the last digits of numbers may differ, rarely a token.']
      : []),
  ];
}

/** What the button says that leads to the model of a shared text: under which name it is here, where that is another. */
export function wayWords(way: WayToModel, model: ModelIdentity): string {
  const { name, digest } = model;
  if (way.kind === 'files') return `Open the files of ${name}`;
  const here = sourceName(way.source);
  if (here === name || !way.stored) return `Load ${nameInFormat(model)}`;
  return `Load ${nameInFormat({ name: here, digest })}, which has the same content as ${name}`;
}
