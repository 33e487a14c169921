// Why a command cannot be kept as it stands in the form.
import { addressToFetch } from './addresses.ts';
import { readPath } from './json-path.ts';
import { MOST_DEFINITIONS, NAME } from './library.ts';
import type { Definition, DefinitionDraft } from './types.ts';
import { addressWords } from './words.ts';

function faultOfName({ name, definition }: DefinitionDraft, known: readonly Definition[]): string {
  if (!NAME.test(definition.name))
    return 'A name has capital letters, digits and _, and begins with a letter: FETCH_WEATHER_DATA.';
  const other = definition.name !== name && known.some(each => each.name === definition.name);
  if (other) return `There is a command ${definition.name} already. Choose another name, or edit that one.`;
  const full = name === null && known.length >= MOST_DEFINITIONS;
  return full ? `There are ${MOST_DEFINITIONS} commands, and there is no room for more. Remove one first.` : '';
}

/** '' where it can. @param known those that are kept */
export function faultOf(draft: DefinitionDraft, known: readonly Definition[]): string {
  const fault = faultOfName(draft, known);
  if (fault !== '') return fault;
  const { by, source, path } = draft.definition;
  if (by === 'address') {
    const checked = addressToFetch(source, '', []);
    if (!checked.ok && checked.why !== 'not_listed') return addressWords(checked.why, source);
    if (readPath(path) === null) return 'The path cannot be read. Write it like current.temperature or list[0].name.';
  }
  return by === 'expression' && source.trim() === '' ? 'Write an expression.' : '';
}
