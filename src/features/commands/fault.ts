// Why a command cannot be kept as it stands in the form.
import { tooLongWords } from '../shared/tooLong.ts';
import { addressToFetch } from './addresses.ts';
import { readPath } from './json-path.ts';
import { MOST_DEFINITIONS, MOST_LINE, MOST_SOURCE, NAME } from './library.ts';
import type { Definition, DefinitionDraft } from './types.ts';
import { addressWords } from './words.ts';

function faultOfName({ name, definition }: DefinitionDraft, known: readonly Definition[]): string {
  if (!NAME.test(definition.name))
    return 'A name has capital letters, digits and _, 64 at most, and begins with a letter: FETCH_WEATHER_DATA.';
  const other = definition.name !== name && known.some(each => each.name === definition.name);
  if (other) return `There is a command ${definition.name} already. Choose another name, or edit that one.`;
  const full = name === null && known.length >= MOST_DEFINITIONS;
  return full ? `There are ${MOST_DEFINITIONS} commands, and there is no room for more. Remove one first.` : '';
}

/** '' where it can. @param known those that are kept */
export function faultOf(draft: DefinitionDraft, known: readonly Definition[]): string {
  const fault = faultOfName(draft, known);
  if (fault !== '') return fault;
  const { by, purpose, source, path } = draft.definition;
  for (const [part, text, most] of [
    ['What it is for', purpose, MOST_LINE],
    ['What answers', source, MOST_SOURCE],
    ['The part of its JSON', by === 'address' ? path : '', MOST_LINE],
  ] as const) {
    const long = tooLongWords(text, most);
    if (long !== null) return `${part} is too long. ${long}`;
  }
  if (by === 'address') {
    const checked = addressToFetch(source, '', []);
    if (!checked.ok && checked.why !== 'not_listed') return addressWords(checked.why, source);
    if (readPath(path) === null) return 'The path cannot be read. Write it like current.temperature or list[0].name.';
  }
  return by === 'expression' && source.trim() === '' ? 'Write an expression.' : '';
}
