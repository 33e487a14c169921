// Who drew the tokens of a text, and whose numbers it shows, in the same words everywhere: the inspector, exports, what a link brings.
import type { ModelIdentity } from '../../lib/model-source.ts';
import { splitDigest } from '../../lib/weight-format.ts';
import type { Draw } from '../../stores/document/types.ts';

/** The models that drew, each once, in the order of the text. */
export function drawersOf(tokens: Iterable<{ readonly draw?: Draw | undefined }>): ModelIdentity[] {
  const found = new Map<string, ModelIdentity>();
  for (const { draw } of tokens) {
    if (draw?.model && !found.has(draw.model.digest)) found.set(draw.model.digest, draw.model);
  }
  return [...found.values()];
}

/** Digits of a digest that tell two models of one name apart. */
const MARK = 8;

/** `nucleus-3m in int8`. */
export function nameInFormat({ name, digest }: ModelIdentity): string {
  const { format } = splitDigest(digest);
  return format === 'stored' ? name : `${name} in ${format}`;
}

/** A name, with the beginning of the digest where other files have the same name. */
function told(model: ModelIdentity, among: readonly ModelIdentity[]): string {
  const { files } = splitDigest(model.digest);
  const shared = among.some(other => other.name === model.name && splitDigest(other.digest).files !== files);
  return shared && files !== '' ? `${nameInFormat(model)} (${files.slice(0, MARK)})` : nameInFormat(model);
}

/**
 * `drawn by X; numbers shown are of Y`; null where all that was drawn is of the model whose numbers are shown.
 * @param numbersOf null where no numbers are shown
 */
export function drawnByWords(drawers: readonly ModelIdentity[], numbersOf: ModelIdentity | null): string | null {
  if (drawers.every(({ digest }) => digest === numbersOf?.digest)) return null;
  const among = numbersOf === null ? drawers : [...drawers, numbersOf];
  const names = drawers.map(drawer => told(drawer, among)).join(', ');
  return numbersOf === null ? `drawn by ${names}` : `drawn by ${names}; numbers shown are of ${told(numbersOf, among)}`;
}
